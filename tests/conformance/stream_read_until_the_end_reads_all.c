#include "common/talk.h"

#include <stdlib.h>

static coil_async struct coil_result program(void *arg)
{
    static const char *const pieces[] = {"all ", "of ", "it", NULL};
    struct coil_server *server = serve_pieces(pieces);
    struct coil_stream *stream = dial(server, NULL);
    char two[2], *all;
    int64_t n;

    (void)arg;
    n = coil_stream_readexactly(stream, two, 2);
    tell_data("two", n, two);
    for (int i = 0; i < 2; i++) {
        n = coil_stream_readall(stream, &all);
        tell_data(i == 0 ? "all" : "again", n, all);
        free(all);
    }
    hang_up(stream);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
