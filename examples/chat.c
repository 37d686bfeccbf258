/* A chat server, line by line: `chat 8008`, then `nc localhost 8008` in several terminals; the
 * first line is your name. Without a port a guest of its own comes and talks to itself. */
#include <coil/coil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 100
static struct coil_stream *guests[MOST];

static void tell_all(const char *name, const char *what)
{
    for (int i = 0; i < MOST; i++)
        if (guests[i] != NULL)
            coil_stream_printf(guests[i], "%s: %s", name, what);
}

static coil_async void serve_guest(struct coil_stream *guest, void *arg)
{
    char name[20], *line;
    int place = 0;

    (void)arg;
    if (coil_stream_readline(guest, &line) <= 0)
        return;
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, "\r\n"), line);
    while (guests[place] != NULL) /* the server takes no more than there are places */
        place++;
    guests[place] = guest;
    while (coil_stream_readline(guest, &line) > 0 && coil_stream_drain(guest) == 0)
        tell_all(name, line);
    guests[place] = NULL;
    tell_all(name, "goes\n");
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_server_options options = {.most = MOST, .stream.coalesce_writes = true};
    uint16_t port = arg != NULL ? (uint16_t)atoi(arg) : 0;
    struct coil_server *server;
    struct coil_stream *guest;
    char *line;
    int err = coil_start_server_with(serve_guest, NULL, "localhost", port, &options, &server);

    if (err < 0 || port != 0)
        return coil_error(err < 0 ? err : coil_server_serve_forever(server));
    if (coil_open_connection("localhost", coil_server_port(server), &guest) == 0) {
        coil_stream_printf(guest, "Ann\nis anybody here?\n");
        printf("%s", coil_stream_readline(guest, &line) > 0 ? line : "nobody\n");
        coil_stream_unref(guest);
    }
    coil_server_unref(server);
    return coil_value(NULL);
}

int main(int argc, char **argv)
{
    return coil_exit_status(coil_run(main_coroutine, argc > 1 ? argv[1] : NULL));
}
