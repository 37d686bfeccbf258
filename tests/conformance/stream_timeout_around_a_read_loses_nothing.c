#include "common/talk.h"

static coil_async struct coil_result program(void *arg)
{
    static const char *const pieces[] = {"1", "2", "3", "4\n", NULL};
    struct coil_server *server = serve_pieces(pieces);
    struct coil_stream *stream = dial(server, NULL);
    static const int64_t patience[] = {COIL_MS(200), COIL_SECONDS(10)};
    struct coil_timeout limit;
    char data[4], *line = NULL;
    int64_t n;

    (void)arg;
    coil_timeout_enter(&limit, COIL_MS(1500));
    n = coil_stream_readexactly(stream, data, 4);
    tell_data("hasty", coil_timeout_exit(&limit, n), data);
    for (int i = 0; i < 2; i++) {
        coil_timeout_enter(&limit, patience[i]);
        n = coil_stream_readline(stream, &line);
        tell_data(i == 0 ? "hasty" : "patient", coil_timeout_exit(&limit, n), line);
    }
    hang_up(stream);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
