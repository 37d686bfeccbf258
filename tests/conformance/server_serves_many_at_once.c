#include "common/talk.h"

#include <stdlib.h>

static coil_async void slow_echo(struct coil_stream *client, void *arg)
{
    char *line;
    int n;

    (void)arg;
    coil_stream_readline(client, &line);
    n = atoi(line);
    coil_sleep(COIL_SECONDS(n));
    coil_stream_printf(client, "%d\n", n);
}

static struct coil_server *server;

static coil_async struct coil_result client(void *n)
{
    struct coil_stream *stream = dial(server, NULL);
    char *line;

    coil_stream_printf(stream, "%d\n", (int)(intptr_t)n);
    coil_stream_readline(stream, &line);
    say("client %d is answered", atoi(line));
    hang_up(stream);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    static const int order[] = {5, 3, 4, 1, 2};
    struct coil_task_group group;

    (void)arg;
    server = serve(slow_echo, NULL);
    coil_task_group_enter(&group);
    for (int i = 0; i < 5; i++)
        coil_task_group_create_task(&group, client, (void *)(intptr_t)order[i]);
    coil_task_group_exit(&group, 0);
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
