#include "common/talk.h"

#include <stdlib.h>

static coil_async void counts(struct coil_stream *client, void *arg)
{
    char *data;

    (void)arg;
    say("got %d bytes", (int)coil_stream_readall(client, &data));
    free(data);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(counts, NULL);
    struct coil_stream *stream = dial(server, NULL);
    char *zeros = calloc(5000000, 1);

    (void)arg;
    coil_stream_write(stream, zeros, 5000000);
    coil_stream_close(stream);
    say("closing: %s", yes(coil_stream_closing(stream)));
    hang_up(stream);
    say("closed");
    coil_sleep(COIL_SECONDS(1));
    coil_server_unref(server);
    free(zeros);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
