/*
 * An echo server: `echo_server 8007` serves until Ctrl-C; without a port it serves a thousand
 * clients of its own, all at once, and ends.
 */
#include <coil/coil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static coil_async void echo(struct coil_stream *client, void *arg)
{
    char data[4096];
    int64_t n;

    (void)arg;
    while ((n = coil_stream_read(client, data, sizeof(data))) > 0)
        if (coil_stream_write(client, data, (size_t)n) < 0 || coil_stream_drain(client) < 0)
            break;
}

static coil_async struct coil_result say_hello(void *server)
{
    struct coil_stream *stream;
    char *line;
    int err = coil_open_connection("127.0.0.1", coil_server_port(server), &stream);

    if (err < 0)
        return coil_error(err);
    coil_stream_printf(stream, "hello\n");
    err = coil_stream_readline(stream, &line) == 6 && strcmp(line, "hello\n") == 0 ? 0 : -EPROTO;
    coil_stream_unref(stream);
    return coil_error(err);
}

static coil_async struct coil_result main_coroutine(void *port)
{
    struct coil_task_group clients;
    struct coil_server *server;
    int64_t err = coil_start_server(echo, NULL, "127.0.0.1", (uint16_t)(uintptr_t)port, &server);

    if (err < 0)
        return coil_raise((int)-err, "cannot serve on port %d", (int)(intptr_t)port);
    if (port != NULL)
        return coil_error(coil_server_serve_forever(server));
    coil_task_group_enter(&clients);
    for (int i = 0; i < 400; i++)
        coil_task_group_create_task(&clients, say_hello, server);
    err = coil_task_group_exit(&clients, 0);
    printf("400 clients: %s\n", coil_strerror(err));
    printf("aborted: %d\n", (int)coil_server_shutdown(server, COIL_SECONDS(5)));
    coil_server_unref(server);
    return coil_error(err);
}

int main(int argc, char **argv)
{
    return coil_exit_status(
        coil_run(main_coroutine, (void *)(uintptr_t)(argc > 1 ? atoi(argv[1]) : 0)));
}
