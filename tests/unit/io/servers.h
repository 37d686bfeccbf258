/* An echo server on any free port, and those who talk to it. */
#ifndef UNIT_SERVERS_H
#define UNIT_SERVERS_H

#include "unit/io/streams.h"

static inline coil_async void echo(struct coil_stream *client, void *arg)
{
    char data[4096];
    int64_t n;

    (void)arg;
    while ((n = coil_stream_read(client, data, sizeof(data))) > 0)
        if (coil_stream_write(client, data, (size_t)n) != 0 || coil_stream_drain(client) != 0)
            break;
}

static inline coil_async struct coil_stream *connect_to(struct coil_server *server)
{
    struct coil_stream *stream = NULL;

    CHECK_EQ(coil_open_connection("127.0.0.1", coil_server_port(server), &stream), 0);
    return stream;
}

static inline coil_async void check_echo(struct coil_stream *stream, const char *text)
{
    char *line;

    CHECK_EQ(coil_stream_printf(stream, "%s\n", text), 0);
    CHECK_EQ(coil_stream_readline(stream, &line), (int64_t)strlen(text) + 1);
    CHECK_EQ(strncmp(line, text, strlen(text)), 0);
}

static inline coil_async struct coil_server *start_server(coil_client_fn *fn,
                                                          const struct coil_server_options *options)
{
    struct coil_server *server = NULL;

    CHECK_EQ(coil_start_server_with(fn, NULL, "127.0.0.1", 0, options, &server), 0);
    return server;
}

#endif
