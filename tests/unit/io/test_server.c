/* Servers: a task for each connection, and closing in phases. */
#include <netinet/tcp.h>
#include <stdlib.h>

#include "unit/io/servers.h"

DRIVER_LOOP_TEST(an_echo_server_echoes)
{
    struct coil_server *server = start_server(echo, NULL);
    struct coil_stream *a = connect_to(server), *b = connect_to(server);

    CHECK(coil_server_serving(server));
    check_echo(a, "hello");
    check_echo(b, "world");
    check_echo(a, "again");
    CHECK_EQ(coil_server_clients(server), 2);
    coil_stream_unref(a);
    coil_stream_unref(b);
    coil_server_close(server);
    CHECK_EQ(coil_server_wait_closed(server), 0);
    CHECK_EQ(coil_server_clients(server), 0);
    coil_server_unref(server);
}

static coil_async void tell_options(struct coil_stream *client, void *arg)
{
    int fd = coil_stream_fd(client), no_delay = 0, keep_alive = 0;

    (void)arg;
    CHECK_EQ(coil_sock_get(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay), 0);
    CHECK_EQ(coil_sock_get(fd, SOL_SOCKET, SO_KEEPALIVE, &keep_alive), 0);
    coil_stream_printf(client, "%d %d\n", no_delay != 0, keep_alive != 0);
}

static coil_async void check_told(struct coil_server *server, const char *options)
{
    struct coil_stream *stream = connect_to(server);
    char *line;

    CHECK_EQ(coil_stream_readline(stream, &line), 4);
    CHECK_STR(line, options);
    coil_stream_unref(stream);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(a_connection_is_undelayed_and_watched_if_asked_whoever_made_the_listener)
{
    const struct coil_server_options watched = {.keep_alive = true};
    struct coil_address here = {.length = sizeof(here.as.ip4)};
    struct coil_server *server = NULL;
    int fd;

    check_told(start_server(tell_options, NULL), "1 0\n");
    check_told(start_server(tell_options, &watched), "1 1\n");
    CHECK_EQ(coil_address_parse("127.0.0.1", 0, &here), 0);
    fd = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(coil_sock_bind(fd, &here), 0);
    CHECK_EQ(coil_serve_socket(tell_options, NULL, fd, NULL, &server), 0);
    check_told(server, "1 0\n");
}

DRIVER_LOOP_TEST(a_closed_server_refuses_and_its_clients_go_on)
{
    struct coil_server *server = start_server(echo, NULL);
    struct coil_stream *a = connect_to(server), *b;
    uint16_t port = coil_server_port(server);

    check_echo(a, "before");
    coil_server_close(server);
    coil_server_close(server);
    CHECK(!coil_server_serving(server));
    CHECK_EQ(coil_open_connection("127.0.0.1", port, &b), -ECONNREFUSED);
    check_echo(a, "after");
    coil_stream_unref(a);
    CHECK_EQ(coil_server_wait_closed(server), 0);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(shutdown_lets_clients_end_by_themselves)
{
    struct coil_server *server = start_server(echo, NULL);
    struct coil_stream *a = connect_to(server);

    check_echo(a, "x");
    coil_stream_unref(a);
    CHECK_EQ(coil_server_shutdown(server, COIL_SECONDS(10)), 0);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(shutdown_aborts_who_is_left)
{
    struct coil_server *server = start_server(echo, NULL);
    struct coil_stream *a = connect_to(server), *b = connect_to(server);
    char data[4];

    check_echo(a, "x");
    check_echo(b, "x");
    CHECK_EQ(coil_server_shutdown(server, COIL_MS(1)), 2);
    CHECK_EQ(coil_stream_read(a, data, sizeof(data)), -ECONNRESET);
    CHECK_EQ(coil_stream_read(a, data, sizeof(data)), -ECONNRESET);
    coil_stream_unref(a);
    coil_stream_unref(b);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(close_clients_gives_them_the_end)
{
    struct coil_server *server = start_server(echo, NULL);
    struct coil_stream *a = connect_to(server);
    char data[4];

    check_echo(a, "x");
    coil_server_close(server);
    coil_server_close_clients(server);
    CHECK_EQ(coil_stream_read(a, data, sizeof(data)), 0);
    CHECK_EQ(coil_server_wait_closed(server), 0);
    coil_stream_unref(a);
    coil_server_unref(server);
}

static coil_async struct coil_result serves_forever(void *arg)
{
    return coil_error(coil_server_serve_forever(arg));
}

DRIVER_LOOP_TEST(serve_forever_closes_when_it_is_cancelled)
{
    struct coil_server *server = start_server(echo, NULL);
    struct coil_future *task = coil_create_task(serves_forever, server);
    struct coil_stream *a = connect_to(server);

    check_echo(a, "x");
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED); /* though the client is still there */
    CHECK(!coil_server_serving(server));
    CHECK_EQ(coil_server_clients(server), 0);
    coil_stream_unref(a);
    coil_server_unref(server);
}

/* A handler that never looks at its client. */
static coil_async void works_for_hours(struct coil_stream *client, void *arg)
{
    (void)client;
    (void)arg;
    note("%d", coil_sleep(COIL_SECONDS(3600)));
}

static coil_async struct coil_result serves_until_cancelled(void *arg)
{
    int64_t err = coil_server_wait_closed(arg);

    if (err == -ECANCELED)
        note("%d aborted", (int)coil_server_shutdown(arg, COIL_MS(1)));
    return coil_error(err);
}

/* As coil_server_serve_forever, in which it would be waited for, is told to be replaced. */
DRIVER_LOOP_TEST(cancelled_in_wait_closed_a_server_can_be_shut_down_with_a_grace)
{
    struct coil_server *server = start_server(works_for_hours, NULL);
    struct coil_future *task = coil_create_task(serves_until_cancelled, server);
    struct coil_stream *a = connect_to(server);

    while (coil_server_clients(server) == 0)
        coil_yield();
    coil_future_cancel(task, "as Ctrl-C does");
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    CHECK_STR(noted(), "-125 1 aborted");
    CHECK(!coil_server_serving(server));
    coil_stream_unref(a);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(serve_forever_ends_when_the_server_is_closed)
{
    struct coil_server *server = start_server(echo, NULL);
    struct coil_future *task = coil_create_task(serves_forever, server);

    let_run(2);
    coil_server_close(server);
    CHECK_EQ(coil_join(task).status, 0);
    coil_server_unref(server);
}

static coil_async void says_bye(struct coil_stream *client, void *arg)
{
    (void)arg;
    coil_stream_write(client, "bye", 3);
}

DRIVER_LOOP_TEST(the_stream_is_closed_when_the_handler_returns)
{
    struct coil_server *server = start_server(says_bye, NULL);
    struct coil_stream *a = connect_to(server);
    char *all;

    CHECK_EQ(coil_stream_readall(a, &all), 3);
    free(all);
    coil_stream_unref(a);
    CHECK_EQ(coil_server_shutdown(server, COIL_SECONDS(10)), 0);
    coil_server_unref(server);
}

static struct coil_stream *kept;

static coil_async void keeps(struct coil_stream *client, void *arg)
{
    (void)arg;
    kept = coil_stream_ref(client);
}

DRIVER_LOOP_TEST(a_kept_stream_outlives_its_handler_but_is_closed)
{
    struct coil_server *server = start_server(keeps, NULL);
    struct coil_stream *a = connect_to(server);
    char data[4];

    CHECK_EQ(coil_stream_read(a, data, sizeof(data)), 0);
    CHECK(coil_stream_closing(kept));
    coil_stream_unref(kept);
    coil_stream_unref(a);
    coil_server_unref(server);
}

static struct coil_server *outliving;
static struct coil_stream *its_client;

static coil_async void leaves_them_open(void)
{
    outliving = start_server(echo, NULL);
    its_client = connect_to(outliving);
    check_echo(its_client, "x");
}

DRIVER_TEST(the_loop_closes_with_a_server_and_clients)
{
    run_inside(leaves_them_open, NULL);
    CHECK_EQ(coil_server_clients(outliving), 0);
    CHECK_EQ(coil_stream_fd(its_client), -1);
    coil_stream_unref(its_client);
    coil_server_unref(outliving);
}

static struct coil_var colour = COIL_VAR("colour", "none");

static coil_async void tells_colour(struct coil_stream *client, void *arg)
{
    (void)arg;
    coil_stream_printf(client, "%s\n", (char *)coil_var_get(&colour));
    coil_var_set(&colour, "changed");
}

DRIVER_LOOP_TEST(handlers_begin_in_the_context_of_the_start)
{
    struct coil_server *server;
    struct coil_stream *a;
    char *line;

    coil_var_set(&colour, "blue");
    server = start_server(tells_colour, NULL);
    coil_var_set(&colour, "red");
    for (int i = 0; i < 2; i++) {
        a = connect_to(server);
        CHECK_EQ(coil_stream_readline(a, &line), 5);
        CHECK_STR(line, "blue\n");
        coil_stream_unref(a);
    }
    coil_server_unref(server);
}
