#include "common/talk.h"

static coil_async struct coil_result program(void *arg)
{
    static const char *const pieces[] = {"one\ntw", "o\n\nla", "st", NULL};
    struct coil_server *server = serve_pieces(pieces);
    struct coil_stream *stream = dial(server, NULL);
    char *line;

    (void)arg;
    for (int i = 0; i < 6; i++) {
        int64_t n = coil_stream_readline(stream, &line);

        tell_data("line", n, line);
    }
    hang_up(stream);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
