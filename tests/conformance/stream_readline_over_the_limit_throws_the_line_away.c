#include "common/talk.h"

#include <string.h>

static coil_async void says_pieces(struct coil_stream *client, void *arg)
{
    static const char *const pieces[] = {"12345678\n", "123456789\nnext\n"};

    (void)arg;
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        put(client, pieces[i]);
        coil_sleep(COIL_SECONDS(1));
    }
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_connection_options options = {.stream = {.limit_bytes = 8}};
    struct coil_server *server = serve(says_pieces, NULL);
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
