#include "common/talk.h"

static coil_async struct coil_result program(void *arg)
{
    static const char *const pieces[] = {"ab", "cde", "f", NULL};
    struct coil_server *server = serve_pieces(pieces);
    struct coil_stream *stream = dial(server, NULL);
    char data[4];
    int64_t n;

    (void)arg;
    n = coil_stream_readexactly(stream, data, 4);
    tell_data("four", n, data);
    n = coil_stream_readexactly(stream, data, 0);
    tell_data("none", n, data);
    n = coil_stream_readexactly(stream, data, 4);
    say("%s: %.*s", told_status(n), (int)coil_stream_partial(stream), data);
    n = coil_stream_read(stream, data, 4);
    tell_data("read", n, data);
    hang_up(stream);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
