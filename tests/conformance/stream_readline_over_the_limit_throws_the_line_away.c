#include "common/talk.h"

#include <string.h>

static coil_async struct coil_result program(void *arg)
{
    struct coil_connection_options options = {.stream = {.limit_bytes = 8}};
    static const char *const pieces[] = {"12345678\n", "123456789\nnext\n", NULL};
    struct coil_server *server = serve_pieces(pieces);
    struct coil_stream *stream = dial(server, &options);
    char *line;

    (void)arg;
    for (int i = 0; i < 4; i++) {
        if (coil_stream_readline(stream, &line) == -COIL_ELIMIT)
            say("too long");
        else
            say("%.*s", (int)strcspn(line, "\n"), line);
    }
    hang_up(stream);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
