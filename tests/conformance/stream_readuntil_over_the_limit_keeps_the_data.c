#include "common/talk.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_connection_options options = {.stream = {.limit_bytes = 8}};
    static const char *const pieces[] = {"0123456789;rest", NULL};
    struct coil_server *server = serve_pieces(pieces);
    struct coil_stream *stream = dial(server, &options);
    char data[100], *record = NULL;
    int64_t n;

    (void)arg;
    for (int i = 0; i < 2; i++) {
        n = coil_stream_readuntil(stream, ";", 1, &record);
        tell_data("until", n, record);
    }
    n = coil_stream_readexactly(stream, data, 11);
    tell_data("exactly", n, data);
    n = coil_stream_read(stream, data, sizeof(data));
    tell_data("read", n, data);
    hang_up(stream);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
