/* An echo client: `echo_client HOST PORT` sends the lines of standard input and prints what comes
 * back. Without arguments it talks to a server of its own. */
#include <coil/coil.h>
#include <stdio.h>
#include <stdlib.h>

static coil_async void shout_back(struct coil_stream *client, void *arg)
{
    char *line;

    (void)arg;
    while (coil_stream_readline(client, &line) > 0)
        coil_stream_printf(client, "you said %s", line);
}

static coil_async void talk(struct coil_stream *server)
{
    struct coil_stream *input;
    char *line;

    if (coil_stream_open(0, NULL, &input) != 0)
        return;
    while (coil_stream_readline(input, &line) > 0) {
        coil_stream_printf(server, "%s", line);
        if (coil_stream_readline(server, &line) <= 0)
            break;
        printf("%s", line);
    }
    coil_stream_unref(input);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    char port[8];
    const char *const own_words[] = {"", "localhost", port};
    const char *const *words = arg;
    struct coil_server *own = NULL;
    struct coil_stream *server;
    int err = words == NULL ? coil_start_server(shout_back, NULL, "localhost", 0, &own) : 0;

    if (own != NULL) {
        snprintf(port, sizeof(port), "%d", coil_server_port(own));
        words = own_words;
    }
    if (err == 0)
        err = coil_open_connection(words[1], (uint16_t)atoi(words[2]), &server);
    if (err == 0) {
        talk(server);
        coil_stream_unref(server);
    }
    coil_server_unref(own);
    return err < 0 ? coil_raise(-err, "cannot connect") : coil_value(NULL);
}

int main(int argc, char **argv)
{
    return coil_exit_status(coil_run(main_coroutine, argc > 2 ? argv : NULL));
}
