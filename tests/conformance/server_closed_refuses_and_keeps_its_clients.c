#include "common/talk.h"

static coil_async struct coil_result waits(void *server)
{
    return coil_error(coil_server_wait_closed(server));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(echo, NULL);
    struct coil_stream *stream = dial(server, NULL), *other;
    uint16_t port = coil_server_port(server);
    struct coil_future *waiter;

    (void)arg;
    ask(stream, "before");
    coil_server_close(server);
    say("serving: %s", yes(coil_server_serving(server)));
    say("%s", told_status(coil_open_connection("127.0.0.1", port, &other)));
    ask(stream, "after");
    waiter = coil_create_task(waits, server);
    coil_sleep(COIL_SECONDS(1));
    say("closed: %s", yes(coil_future_done(waiter)));
    hang_up(stream);
    coil_join(waiter);
    say("closed");
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
