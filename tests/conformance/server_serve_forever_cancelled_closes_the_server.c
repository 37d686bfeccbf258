#include "common/talk.h"

static coil_async struct coil_result serves(void *server)
{
    return coil_error(coil_server_serve_forever(server));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(echo, NULL);
    struct coil_future *task = coil_create_task(serves, server);
    struct coil_stream *stream = dial(server, NULL);

    (void)arg;
    ask(stream, "before");
    coil_future_cancel(task, NULL);
    hang_up(stream);
    coil_sleep(COIL_SECONDS(1));
    say("serving: %s", yes(coil_server_serving(server)));
    coil_wait(&task, 1, COIL_FOREVER, COIL_ALL_COMPLETED);
    say("%s", told_future(task));
    coil_future_unref(task);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
