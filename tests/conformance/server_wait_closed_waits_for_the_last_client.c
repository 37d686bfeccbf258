#include "common/talk.h"

#include <stdlib.h>

static coil_async void to_the_end(struct coil_stream *client, void *arg)
{
    char *data;

    (void)arg;
    if (coil_stream_readall(client, &data) >= 0)
        free(data);
}

struct waiter {
    const char *who;
    struct coil_server *server;
};

static coil_async struct coil_result waits(void *arg)
{
    struct waiter *self = arg;

    coil_server_wait_closed(self->server);
    say("%s is told", self->who);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_server *server = serve(to_the_end, NULL);
    struct waiter waiters[] = {
        {"before", server}, {"with a client", server}, {"closed", server}, {"after", server}};
    struct coil_future *tasks[3];
    struct coil_stream *stream;

    (void)arg;
    tasks[0] = coil_create_task(waits, &waiters[0]);
    coil_sleep(COIL_SECONDS(1));
    stream = dial(server, NULL);
    tasks[1] = coil_create_task(waits, &waiters[1]);
    coil_sleep(COIL_SECONDS(1));
    say("close");
    coil_server_close(server);
    tasks[2] = coil_create_task(waits, &waiters[2]);
    coil_sleep(COIL_SECONDS(1));
    say("the client leaves");
    hang_up(stream);
    for (int i = 0; i < 3; i++)
        coil_join(tasks[i]);
    waits(&waiters[3]);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
