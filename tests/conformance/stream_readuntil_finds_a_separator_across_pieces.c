#include "common/talk.h"

static coil_async struct coil_result program(void *arg)
{
    static const char *const pieces[] = {"a;", ";b;;c;", "d", NULL};
    struct coil_server *server = serve_pieces(pieces);
    struct coil_stream *stream = dial(server, NULL);
    char *data;
    int64_t n;

    (void)arg;
    while ((n = coil_stream_readuntil(stream, ";;", 2, &data)) > 0)
        say("%s", data);
    say("%s: %s", told_status(n), data);
    say("at the end: %s", yes(coil_stream_at_eof(stream)));
    hang_up(stream);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
