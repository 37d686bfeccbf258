/* A server that ends as services should: at SIGTERM or Ctrl-C nobody new is accepted, who is being
 * served has half a second to come to an end, who is left is cancelled. It signals itself. */
#include <coil/coil.h>
#include <stdio.h>
#include <stdlib.h>

static struct coil_server *server;
static int served;

static coil_async void serve(struct coil_stream *client, void *arg)
{
    char *line;

    (void)arg;
    while (coil_stream_readline(client, &line) > 0) {
        if (++served == 2)
            raise(SIGTERM);
        if (coil_sleep(COIL_MS(atoi(line))) < 0 || coil_stream_printf(client, "done\n") < 0)
            break; /* cancelled, since the grace is over; or nobody listens */
    }
}

static coil_async struct coil_result ask(void *work)
{
    struct coil_stream *stream;
    char *line;
    int64_t n = coil_open_connection("127.0.0.1", coil_server_port(server), &stream);

    if (n < 0)
        return coil_error(n);
    n = coil_stream_printf(stream, "%s\n", (char *)work);
    if (n >= 0)
        n = coil_stream_readline(stream, &line);
    printf("work of %s ms: %s\n", (char *)work, n > 0 ? "done" : coil_strerror(n));
    coil_stream_unref(stream);
    return coil_number(n > 0 || !coil_server_serving(server) ? 0 : -ECONNABORTED);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    static char quick[] = "1", slow[] = "3600000";
    struct coil_task_group clients;
    int number;
    int64_t late, n = coil_start_server(serve, arg, "127.0.0.1", 0, &server);

    if (n < 0)
        return coil_error(n);
    coil_task_group_enter(&clients);
    coil_task_group_create_task(&clients, ask, quick);
    coil_task_group_create_task(&clients, ask, slow);
    number = coil_signal_wait_any((int[]){SIGTERM, SIGINT}, 2);
    late = coil_server_shutdown(server, COIL_MS(500));
    n = coil_task_group_exit(&clients, 0);
    printf("signal %d: %d had to be cancelled\n", number, (int)late);
    coil_server_unref(server);
    return coil_number(n);
}

int main(void)
{
    return coil_exit_status(coil_run(main_coroutine, NULL));
}
