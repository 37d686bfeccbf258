#include "common/talk.h"

#include <stdlib.h>

#define MUCH 20000000

static coil_async void reads_late(struct coil_stream *client, void *arg)
{
    char *data;

    (void)arg;
    coil_sleep(COIL_SECONDS(10));
    say("the peer got %d bytes", (int)coil_stream_readall(client, &data));
    free(data);
}

struct drainer {
    const char *who;
    struct coil_stream *stream;
};

static coil_async struct coil_result drains(void *arg)
{
    struct drainer *self = arg;
    int err = coil_stream_drain(self->stream);

    if (err != 0)
        return coil_error(err);
    say("%s goes on", self->who);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(reads_late, NULL);
    struct coil_stream *stream = dial(server, NULL);
    struct drainer drainers[] = {{"a", stream}, {"b", stream}, {"c", stream}};
    struct coil_future *tasks[3];
    char *zeros = calloc(MUCH, 1);

    (void)arg;
    coil_stream_write(stream, zeros, MUCH);
    for (int i = 0; i < 3; i++)
        tasks[i] = coil_create_task(drains, &drainers[i]);
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(tasks[1], NULL);
    for (int i = 0; i < 3; i++)
        coil_join(tasks[i]);
    hang_up(stream);
    coil_sleep(COIL_SECONDS(1));
    coil_server_unref(server);
    free(zeros);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
