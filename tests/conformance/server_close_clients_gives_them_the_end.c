#include "common/talk.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(echo, NULL);
    struct coil_stream *stream = dial(server, NULL);
    char data[100];
    int64_t n;

    (void)arg;
    ask(stream, "before");
    coil_server_close(server);
    coil_server_close_clients(server);
    n = coil_stream_read(stream, data, sizeof(data));
    tell_data("after", n, data);
    hang_up(stream);
    coil_server_wait_closed(server);
    say("closed");
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
