#include "common/talk.h"

static coil_async void says_pieces(struct coil_stream *client, void *arg)
{
    static const char *const pieces[] = {"one\ntw", "o\n\nla", "st"};

    (void)arg;
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        put(client, pieces[i]);
        coil_sleep(COIL_SECONDS(1));
    }
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(says_pieces, NULL);
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
