/* Servers that are bound first, and serve when they are told to. */
#include "unit/io/servers.h"
#include "unit/io/sockets.h"

static const struct coil_server_options bound = {.bind_only = true};

static coil_async int connects(struct coil_server *server)
{
    struct coil_stream *stream = NULL;
    int err = coil_open_connection("127.0.0.1", coil_server_port(server), &stream);

    if (err == 0)
        check_echo(stream, "connected");
    coil_stream_unref(stream);
    return err;
}

DRIVER_LOOP_TEST(a_server_that_is_only_bound_has_its_port_and_serves_when_told)
{
    struct coil_server *server = start_server(echo, &bound);

    CHECK(coil_server_port(server) > 0);
    CHECK(!coil_server_serving(server));
    CHECK_EQ(connects(server), -ECONNREFUSED);
    CHECK_EQ(coil_server_start_serving(server), 0);
    CHECK(coil_server_serving(server));
    CHECK_EQ(connects(server), 0);
    CHECK_EQ(coil_server_start_serving(server), 0);
    CHECK_EQ(connects(server), 0);
    coil_server_close(server);
    CHECK(!coil_server_serving(server));
    CHECK_EQ(coil_server_start_serving(server), -ESHUTDOWN);
    coil_server_unref(server);
}

static coil_async struct coil_result serves_forever(void *server)
{
    return coil_error(coil_server_serve_forever(server));
}

DRIVER_LOOP_TEST(serve_forever_begins_to_serve)
{
    struct coil_server *server = start_server(echo, &bound);
    struct coil_future *task = coil_create_task(serves_forever, server);

    let_run(1);
    CHECK(coil_server_serving(server));
    CHECK_EQ(connects(server), 0);
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    CHECK(!coil_server_serving(server));
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(a_server_that_never_served_closes_like_any_other)
{
    struct coil_server *server = start_server(echo, &bound);

    coil_server_close(server);
    CHECK_EQ(coil_server_wait_closed(server), 0);
    CHECK_EQ(coil_server_serve_forever(server), 0);
    coil_server_unref(server);
    coil_server_unref(start_server(echo, &bound));
}

/* Two that only are bound may have the same port; the first to listen has it. */
DRIVER_LOOP_TEST(who_begins_to_serve_where_another_does_is_told)
{
    struct coil_server *first = start_server(echo, &bound), *second = NULL;
    int err =
        coil_start_server_with(echo, NULL, "127.0.0.1", coil_server_port(first), &bound, &second);

    if (err == 0) {
        CHECK_EQ(coil_server_start_serving(first), 0);
        CHECK_EQ(coil_server_serve_forever(second), -EADDRINUSE);
        CHECK_EQ(coil_server_start_serving(second), -ESHUTDOWN); /* it is closed */
        CHECK(!coil_server_serving(second));
    } else {
        CHECK_EQ(err, -EADDRINUSE);
    }
    coil_server_unref(first);
    coil_server_unref(second);
}

/* Whoever would connect to the first address would be left in its queue. */
DRIVER_LOOP_TEST(where_one_of_several_addresses_cannot_listen_the_others_are_closed)
{
    struct coil_server_options options = {
        .bind_only = true, .hosts = (const char *const[]){"127.0.0.2", "127.0.0.1", NULL}};
    struct coil_server *first = start_server(echo, &bound), *second = NULL;
    uint16_t port = coil_server_port(first);
    struct coil_stream *stream = NULL;

    if (coil_start_server_with(echo, NULL, NULL, port, &options, &second) == 0) {
        CHECK_EQ(coil_server_start_serving(first), 0);
        CHECK_EQ(coil_server_start_serving(second), -EADDRINUSE);
        CHECK_EQ(coil_server_wait_closed(second), 0);
        CHECK_EQ(connects(first), 0);
    }
    CHECK_EQ(coil_open_connection("127.0.0.2", port, &stream), -ECONNREFUSED);
    coil_server_unref(first);
    coil_server_unref(second);
}

DRIVER_LOOP_TEST(a_path_and_a_socket_given_can_be_only_bound_too)
{
    struct coil_server *server = NULL;
    struct coil_stream *a = NULL;
    struct coil_address any = address_of("127.0.0.1:0");
    int fd = coil_sock_open(AF_INET, SOCK_STREAM, 0);

    CHECK_EQ(coil_sock_bind(fd, &any), 0);
    CHECK_EQ(coil_serve_socket(echo, NULL, fd, &bound, &server), 0);
    CHECK_EQ(connects(server), -ECONNREFUSED);
    CHECK_EQ(coil_server_start_serving(server), 0);
    CHECK_EQ(connects(server), 0);
    coil_server_unref(server);
    CHECK_EQ(coil_start_unix_server_with(echo, NULL, kit_path("socket"), &bound, &server), 0);
    CHECK_EQ(coil_open_unix_connection(kit_path("socket"), &a), -ECONNREFUSED);
    CHECK_EQ(coil_server_start_serving(server), 0);
    CHECK_EQ(coil_open_unix_connection(kit_path("socket"), &a), 0);
    check_echo(a, "unix");
    coil_stream_unref(a);
    coil_server_unref(server);
}
