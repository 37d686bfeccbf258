#include "common/talk.h"

#include <stdlib.h>
#include <string.h>

static void must(int err, const char *what)
{
    if (err == 0)
        return;
    say("%s: %s", what, coil_strerror(err));
    exit(1);
}

static coil_async struct coil_server *begin_server(coil_client_fn *handler, void *arg,
                                                   const struct coil_server_options *options)
{
    struct coil_server *server = NULL;

    must(coil_start_server_with(handler, arg, "127.0.0.1", 0, options, &server), "serve");
    return server;
}

coil_async struct coil_server *serve(coil_client_fn *handler,
                                     const struct coil_server_options *options)
{
    return begin_server(handler, NULL, options);
}

static coil_async void say_pieces(struct coil_stream *client, void *arg)
{
    for (const char *const *piece = arg; *piece != NULL; piece++) {
        put(client, *piece);
        coil_sleep(COIL_SECONDS(1));
    }
}

coil_async struct coil_server *serve_pieces(const char *const *pieces)
{
    return begin_server(say_pieces, (void *)(uintptr_t)pieces, NULL);
}

coil_async struct coil_stream *dial(struct coil_server *server,
                                    const struct coil_connection_options *options)
{
    struct coil_stream *stream = NULL;

    must(coil_open_connection_with("127.0.0.1", coil_server_port(server), options, &stream),
         "dial");
    return stream;
}

coil_async void hang_up(struct coil_stream *stream)
{
    coil_stream_close(stream);
    coil_stream_wait_closed(stream);
    coil_stream_unref(stream);
}

coil_async void echo(struct coil_stream *client, void *arg)
{
    char *line;
    int64_t n;

    (void)arg;
    while ((n = coil_stream_readline(client, &line)) > 0)
        coil_stream_write(client, line, (size_t)n);
}

coil_async void ask(struct coil_stream *stream, const char *line)
{
    char *answer;
    int64_t n;

    coil_stream_printf(stream, "%s\n", line);
    n = coil_stream_readline(stream, &answer);
    if (n > 0)
        say("%s -> %.*s", line, (int)n - 1, answer);
    else
        say("%s -> the end", line);
}

/* As Python's repr of the text. */
void tell_data(const char *what, int64_t n, const char *data)
{
    char shown[512];
    size_t length = 0;

    if (n < 0) {
        say("%s: %s", what, told_status(n));
        return;
    }
    for (int64_t i = 0; i < n && length < sizeof(shown) - 3; i++) {
        if (data[i] == '\n')
            shown[length++] = '\\';
        shown[length++] = data[i] == '\n' ? 'n' : data[i];
    }
    say("%s: '%.*s'", what, (int)length, shown);
}

void put(struct coil_stream *stream, const char *words)
{
    coil_stream_write(stream, words, strlen(words));
}
