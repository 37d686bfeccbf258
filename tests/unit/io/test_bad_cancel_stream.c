/* Cancelled and timed out at every moment: whatever waits in streams, in making connections and in
 * servers. */
#include <fcntl.h>

#include "unit/io/inflight.h"
#include "unit/io/streams.h"

/* --- a pair of streams --- */

static struct coil_stream *near(const struct flight *f)
{
    return f->mine[0];
}

static struct coil_stream *far(const struct flight *f)
{
    return f->mine[1];
}

static void open_streams(struct flight *f)
{
    const struct coil_stream_options small = {.high_bytes = 4096};
    struct both both = open_both(&small);

    f->mine[0] = both.near;
    f->mine[1] = both.far;
}

static void close_streams(struct flight *f)
{
    coil_stream_abort(near(f));
    coil_stream_abort(far(f));
    coil_stream_unref(near(f));
    coil_stream_unref(far(f));
}

/* One line, one record, and enough for anybody. */
static void says_lines(struct flight *f)
{
    static char text[400];

    memset(text, 'x', sizeof(text));
    memcpy(text, "a line\n\r\n", 9);
    CHECK_EQ(coil_stream_write(far(f), text, sizeof(text)), 0);
}

static void says_all(struct flight *f)
{
    coil_stream_write(far(f), "all", 3);
    CHECK_EQ(coil_stream_write_eof(far(f)), 0);
}

static coil_async int64_t reads(struct flight *f)
{
    return coil_stream_read(near(f), f->data, sizeof(f->data));
}

static coil_async int64_t reads_exactly(struct flight *f)
{
    return coil_stream_readexactly(near(f), f->data, 300);
}

static coil_async int64_t reads_line(struct flight *f)
{
    char *line;

    return coil_stream_readline(near(f), &line);
}

static coil_async int64_t reads_until(struct flight *f)
{
    char *record;

    return coil_stream_readuntil(near(f), "\n\r\n", 3, &record);
}

static coil_async int64_t reads_until_any(struct flight *f)
{
    static const struct coil_separator ends[] = {{"\n\r\n", 3}, {"never", 5}};
    char *record;

    return coil_stream_readuntil_any(near(f), ends, 2, &record);
}

static coil_async int64_t reads_all(struct flight *f)
{
    char *data = NULL;
    int64_t n = coil_stream_readall(near(f), &data);

    free(data);
    return n;
}

static coil_async int64_t drains(struct flight *f)
{
    int err = 0;

    if (coil_stream_pending(near(f)) < FLIGHT_MUCH / 4)
        err = coil_stream_write(near(f), flight_much, FLIGHT_MUCH);
    return err != 0 ? err : coil_stream_drain(near(f));
}

static coil_async int64_t sends_all(struct flight *f)
{
    return coil_stream_sendall(near(f), flight_much, FLIGHT_MUCH);
}

static coil_async int64_t sends_file(struct flight *f)
{
    return coil_stream_sendfile(near(f), f->fds[0], 0, SIZE_MAX);
}

static coil_async void open_streams_and_file(struct flight *f)
{
    open_streams(f);
    CHECK_EQ(coil_write_file(kit_path("file"), flight_much, sizeof(flight_much)), 0);
    f->fds[0] = coil_open(kit_path("file"), O_RDONLY, 0);
}

static void close_streams_and_file(struct flight *f)
{
    close_streams(f);
    coil_close_soon(f->fds[0]);
}

static coil_async int64_t waits_closed(struct flight *f)
{
    if (!coil_stream_closing(near(f)))
        coil_stream_write(near(f), flight_much, FLIGHT_MUCH);
    coil_stream_close(near(f));
    return coil_stream_wait_closed(near(f));
}

static coil_async struct coil_result takes_all(void *arg)
{
    struct coil_stream *stream = arg;
    char data[4096];

    while (coil_stream_read(stream, data, sizeof(data)) > 0)
        ;
    coil_stream_unref(stream);
    return coil_value(NULL);
}

static void takes(struct flight *f)
{
    coil_future_unref(coil_create_task(takes_all, coil_stream_ref(far(f))));
}

static const struct kind of_streams[] = {
    {"read", open_streams, reads, says_lines, close_streams, true},
    {"readexactly", open_streams, reads_exactly, says_lines, close_streams, true},
    {"readline", open_streams, reads_line, says_lines, close_streams, true},
    {"readuntil", open_streams, reads_until, says_lines, close_streams, true},
    {"readuntil_any", open_streams, reads_until_any, says_lines, close_streams, true},
    {"readall", open_streams, reads_all, says_all, close_streams, true},
    {"drain", open_streams, drains, takes, close_streams, true, true},
    {"sendall", open_streams, sends_all, takes, close_streams, true},
    {"sendfile", open_streams_and_file, sends_file, takes, close_streams_and_file, true},
    {"wait_closed", open_streams, waits_closed, takes, close_streams, true, true},
};

DRIVER_LOOP_TEST(whatever_waits_in_a_stream_can_be_cancelled_at_any_moment)
{
    check_kinds(of_streams, sizeof(of_streams) / sizeof(of_streams[0]));
}

DRIVER_TEST(a_loop_ends_with_streams_in_flight)
{
    check_loops_end(of_streams, sizeof(of_streams) / sizeof(of_streams[0]));
}

/* --- connections by name --- */

static coil_async void open_silence(struct flight *f)
{
    f->mine[0] = malloc(sizeof(struct silent));
    open_silent(f->mine[0]);
}

static void close_silence(struct flight *f)
{
    close_silent(f->mine[0]);
    free(f->mine[0]);
}

static coil_async int64_t opens_connection(struct flight *f)
{
    struct coil_stream *stream;
    uint16_t port = coil_address_port(&((struct silent *)f->mine[0])->at);
    int err = coil_open_connection("127.0.0.1", port, &stream);

    if (err == 0)
        coil_stream_unref(stream);
    return err;
}

/* Of the clients that fill the queue only some may be in it, the others wait for it. */
static coil_async void open_full_queue(struct flight *f)
{
    static int count;
    char name[32];

    snprintf(name, sizeof(name), "queue%d", count++);
    f->address = abstract_name(name);
    f->fds[0] = listen_at(&f->address, 0, &f->address);
    f->fds[1] = coil_sock_open(AF_UNIX, SOCK_STREAM, 0);
    CHECK_EQ(coil_sock_connect(f->fds[1], &f->address), 0);
}

static void close_queue(struct flight *f)
{
    coil_close_soon(f->fds[0]);
    coil_close_soon(f->fds[1]);
}

static coil_async int64_t opens_unix_connection(struct flight *f)
{
    char name[64];
    struct coil_stream *stream;
    int err;

    snprintf(name, sizeof(name), "@%s", f->address.as.unix_path.sun_path + 1);
    err = coil_open_unix_connection(name, &stream);
    if (err == 0)
        coil_stream_unref(stream);
    return err;
}

/* Whoever is in the queue. */
static coil_async void welcomes(struct flight *f)
{
    struct coil_timeout scope;
    int64_t fd;

    coil_timeout_enter(&scope, COIL_US(100));
    fd = coil_timeout_exit(&scope, coil_sock_accept(f->fds[0], NULL));
    if (fd >= 0)
        coil_close_soon((int)fd);
}

static const struct kind of_connections[] = {
    {"open_connection", open_silence, opens_connection, NULL, close_silence, false},
    {"open_unix_connection", open_full_queue, opens_unix_connection, welcomes, close_queue, false},
};

DRIVER_LOOP_TEST(whatever_connects_can_be_cancelled_at_any_moment)
{
    check_kinds(of_connections, sizeof(of_connections) / sizeof(of_connections[0]));
}

/* --- servers --- */

static coil_async void stays(struct coil_stream *client, void *arg)
{
    char data[4];

    (void)arg;
    while (coil_stream_read(client, data, sizeof(data)) > 0)
        ;
}

static void open_nothing(struct flight *f)
{
    f->fds[0] = -1;
}

static coil_async int64_t starts(struct flight *f)
{
    struct coil_server *server;
    int err = coil_start_server(stays, f, "localhost", 0, &server);

    if (err == 0)
        coil_server_unref(server);
    return err;
}

static coil_async int64_t starts_on_path(struct flight *f)
{
    struct coil_server *server;
    int err = coil_start_unix_server(stays, f, kit_path("socket"), &server);

    if (err == 0)
        coil_server_shutdown(server, 0);
    if (err == 0)
        coil_server_unref(server);
    return err;
}

static struct coil_server *server_of(const struct flight *f)
{
    return f->mine[0];
}

/* With a client that stays. */
static coil_async void open_server(struct flight *f)
{
    struct coil_server *server;
    struct coil_stream *client;

    CHECK_EQ(coil_start_server(stays, f, "127.0.0.1", 0, &server), 0);
    CHECK_EQ(coil_open_connection("127.0.0.1", coil_server_port(server), &client), 0);
    while (coil_server_clients(server) == 0)
        coil_yield();
    f->mine[0] = server;
    f->mine[1] = client;
}

static void client_goes(struct flight *f)
{
    coil_server_close(server_of(f));
    coil_stream_abort(f->mine[1]);
}

static coil_async void close_server(struct flight *f)
{
    client_goes(f);
    coil_stream_unref(f->mine[1]);
    CHECK(coil_server_shutdown(server_of(f), 0) >= 0);
    coil_server_unref(server_of(f));
}

static coil_async int64_t serves(struct flight *f)
{
    return coil_server_serve_forever(server_of(f));
}

static coil_async int64_t waits_for_server(struct flight *f)
{
    coil_server_close(server_of(f));
    return coil_server_wait_closed(server_of(f));
}

static coil_async int64_t shuts(struct flight *f)
{
    return coil_server_shutdown(server_of(f), COIL_SECONDS(1000));
}

/* Its wait for the clients goes on after a cancellation: that one needs the client's end. */
static coil_async int64_t serves_alone(struct flight *f)
{
    coil_stream_abort(f->mine[1]);
    return serves(f);
}

static void shut_now(struct flight *f)
{
    coil_server_close(server_of(f));
}

static const struct kind of_servers[] = {
    {"start_server", open_nothing, starts, NULL, open_nothing, true},
    {"start_unix_server", open_nothing, starts_on_path, NULL, open_nothing, true, true},
    {"serve_forever", open_server, serves_alone, shut_now, close_server, true, true},
    {"server_wait_closed", open_server, waits_for_server, client_goes, close_server, true, true},
    {"server_shutdown", open_server, shuts, client_goes, close_server, true, true},
};

DRIVER_LOOP_TEST(whatever_waits_in_a_server_can_be_cancelled_at_any_moment)
{
    check_kinds(of_servers, sizeof(of_servers) / sizeof(of_servers[0]));
}
