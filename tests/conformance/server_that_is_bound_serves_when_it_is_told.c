#include "common/talk.h"

static const struct coil_server_options bound = {.bind_only = true};

static void tell(const struct coil_server *server)
{
    say("serving: %s", yes(coil_server_serving(server)));
}

static coil_async void visit(struct coil_server *server)
{
    struct coil_stream *stream;
    int err;

    tell(server);
    err = coil_open_connection("127.0.0.1", coil_server_port(server), &stream);
    if (err != 0) {
        say("%s", told_status(err));
        return;
    }
    ask(stream, "hello");
    hang_up(stream);
}

static coil_async struct coil_result serves(void *server)
{
    return coil_error(coil_server_serve_forever(server));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(echo, &bound);
    struct coil_future *task;

    (void)arg;
    visit(server);
    coil_server_start_serving(server);
    visit(server);
    coil_server_start_serving(server);
    coil_server_close(server);
    tell(server);
    coil_server_unref(server);
    server = serve(echo, &bound);
    visit(server);
    task = coil_create_task(serves, server);
    coil_sleep(COIL_SECONDS(1));
    visit(server);
    coil_future_cancel(task, NULL);
    coil_wait(&task, 1, COIL_FOREVER, COIL_ALL_COMPLETED);
    say("%s", told_future(task));
    coil_future_unref(task);
    tell(server);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
