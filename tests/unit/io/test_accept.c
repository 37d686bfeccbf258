/* Accepting: at once, as many as are wanted, and in trouble. */
#include "base/fault.h"
#include "loop/loop.h"
#include "unit/io/servers.h"
#include "unit/io/sockets.h"

DRIVER_LOOP_TEST(only_so_many_are_served_at_once)
{
    struct coil_server_options options = {.most = 1};
    struct coil_server *server = start_server(echo, &options);
    struct coil_stream *a = connect_to(server), *b = connect_to(server);
    char data[4];

    check_echo(a, "first");
    CHECK_EQ(coil_stream_write(b, "b", 1), 0);
    let_run(20);
    CHECK_EQ(coil_server_clients(server), 1);
    coil_stream_unref(a);
    CHECK_EQ(coil_stream_read(b, data, sizeof(data)), 1);
    coil_stream_unref(b);
    CHECK_EQ(coil_server_shutdown(server, COIL_SECONDS(10)), 0);
    coil_server_unref(server);
}

/* Opens descriptors of the world until there are no more; `spare` are closed again. */
static size_t use_up(int *fds, size_t capacity)
{
    size_t n = 0;

    while (n < capacity && (fds[n] = coil_sock_open(AF_INET, SOCK_STREAM, 0)) >= 0)
        n++;
    return n;
}

DRIVER_LOOP_TEST(at_the_descriptor_limit_accept_backs_off_and_recovers)
{
    struct coil_server *server;
    struct coil_loop_stats before, after;
    struct coil_stream *a = NULL;
    int fds[128];
    size_t n;
    char data[4];

    server = start_server(echo, NULL);
    kit_limit_descriptors(64);
    n = use_up(fds, 128);
    CHECK(n < 128);
    coil_close_soon(fds[--n]); /* one for the client's end, none for the server's */
    a = connect_to(server);
    CHECK_EQ(coil_stream_write(a, "x", 1), 0);
    coil_loop_stats(coil_loop_current(), &before);
    coil_sleep(COIL_MS(100));
    coil_loop_stats(coil_loop_current(), &after);
    CHECK(after.turns - before.turns < 20); /* nothing spins */
    CHECK_EQ(heard_take(), 1);
    CHECK_HAS(heard.message, "out of system resources");
    while (n > 0)
        coil_close_soon(fds[--n]);
    CHECK_EQ(coil_stream_read(a, data, sizeof(data)), 1); /* within a second */
    kit_unlimit_descriptors();
    coil_stream_unref(a);
    coil_server_unref(server);
}

/* --- accept in trouble: the driver is asked through our own door --- */

static const struct driver_ops *usual;
static struct driver_ops troubled;
static int64_t trouble;
static int troubles;

static int64_t attempt_in_trouble(struct driver *driver, struct op *op)
{
    if (op->kind != OP_ACCEPT || troubles == 0)
        return usual->attempt(driver, op);
    troubles--;
    return trouble;
}

static void be_in_trouble(int64_t with, int how_often)
{
    struct driver *driver = coil_loop_current()->driver;

    if (usual == NULL)
        usual = driver->ops;
    troubled = *usual;
    troubled.attempt = attempt_in_trouble;
    driver->ops = &troubled;
    trouble = with;
    troubles = how_often;
}

static coil_async void check_served(struct coil_server *server)
{
    struct coil_stream *client;
    char data[4];

    CHECK_EQ(coil_open_connection("127.0.0.1", coil_server_port(server), &client), 0);
    CHECK_EQ(coil_stream_write(client, "x", 1), 0);
    CHECK_EQ(coil_stream_read(client, data, sizeof(data)), 1);
    coil_stream_unref(client);
}

DRIVER_LOOP_TEST(a_connection_that_is_lost_before_it_is_accepted_does_not_end_a_server)
{
    static const int losses[] = {ECONNABORTED, EPROTO,      ENETDOWN,    EHOSTDOWN, ENONET,
                                 EHOSTUNREACH, ENETUNREACH, ENOPROTOOPT, ETIMEDOUT};
    struct coil_server *server;

    CHECK_EQ(coil_start_server(echo, NULL, "127.0.0.1", 0, &server), 0);
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
        be_in_trouble(-losses[i], 3);
        check_served(server); /* and behind it the trouble */
        CHECK_EQ(troubles, 0);
        check_served(server);
    }
    CHECK_EQ(heard_take(), 0);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(any_other_trouble_is_told_and_waited_out)
{
    static const int others[] = {EMFILE, EPERM, ENFILE, ENOBUFS, ENOMEM, EIO, ENOSR};
    struct coil_server *server;

    CHECK_EQ(coil_start_server(echo, NULL, "127.0.0.1", 0, &server), 0);
    for (size_t i = 0; i < (in_simulator() ? sizeof(others) / sizeof(others[0]) : 2); i++) {
        bool resource = others[i] != EIO && others[i] != ENOSR && others[i] != EPERM;

        be_in_trouble(-others[i], 1);
        check_served(server);
        CHECK_EQ(heard_take(), 1);
        CHECK_EQ(heard.status, -others[i]);
        CHECK_HAS(heard.message, resource ? "out of system resources" : "accept failed");
        CHECK_HAS(heard.message, "trying again");
        check_served(server); /* within a second */
    }
    coil_server_unref(server);
}

static struct coil_server *serve_at(int *fd)
{
    struct coil_address here = address_of("127.0.0.1:0");
    struct coil_server *server;

    *fd = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(coil_sock_bind(*fd, &here), 0);
    CHECK_EQ(coil_serve_socket(echo, NULL, *fd, NULL, &server), 0);
    return server;
}

/* A server on `*fd`, which somebody else closes while a client is served. */
static coil_async struct coil_server *lose_listener(int *fd, struct coil_stream **client)
{
    struct coil_server *server = serve_at(fd);

    *client = connect_to(server);
    check_echo(*client, "served");
    coil_close_soon(*fd);
    let_run(5);
    return server;
}

DRIVER_LOOP_TEST(that_a_listener_is_lost_is_told_once)
{
    struct coil_stream *client;
    struct coil_server *server;
    int fd;

    server = lose_listener(&fd, &client);
    CHECK_EQ(heard_take(), 1);
    CHECK_EQ(heard.status, -EBADF);
    CHECK_HAS(heard.message, "takes no more connections");
    check_echo(client, "still");
    coil_stream_unref(client);
    let_run(10);
    CHECK_EQ(coil_server_clients(server), 0); /* there is room again, but nobody to ask */
    CHECK_EQ(heard_take(), 0);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(the_number_of_a_lost_listener_is_left_to_who_has_it_now)
{
    struct coil_stream *client;
    struct coil_server *server;
    struct coil_address name;
    int fd, other;

    server = lose_listener(&fd, &client);
    CHECK_EQ(heard_take(), 1);
    other = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(other, fd);
    CHECK_EQ(coil_server_shutdown(server, 0), 1);
    CHECK_EQ(coil_sock_name(other, &name), 0);
    coil_close_soon(other);
    coil_stream_unref(client);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(a_listener_that_was_shut_down_is_closed_and_told_of)
{
    int fd, before = lowest_free();
    struct coil_server *server = serve_at(&fd);

    let_run(3);
    CHECK_EQ(coil_sock_shutdown(fd, SHUT_RDWR), 0);
    while (heard.count == 0)
        coil_sleep(COIL_US(100));
    CHECK_EQ(heard_take(), 1);
    CHECK_EQ(heard.status, -EINVAL);
    CHECK_EQ(lowest_free(), before);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(without_memory_for_a_client_the_next_is_served)
{
    struct coil_server *server;
    struct coil_address at;

    CHECK_EQ(coil_start_server(echo, NULL, "127.0.0.1", 0, &server), 0);
    CHECK_EQ(coil_server_address(server, 0, &at), 0);
    for (uint64_t k = 1; k < 16; k++) {
        int fds[3];

        for (int i = 0; i < 3; i++)
            fds[i] = coil_sock_open(AF_INET, SOCK_STREAM, 0);
        coil__fault_arm(FAULT_ALLOC, k, false);
        for (int i = 0; i < 3; i++)
            coil_sock_connect(fds[i], &at);
        let_run(5);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        for (int i = 0; i < 3; i++)
            coil_close_soon(fds[i]);
        check_served(server);
    }
    CHECK(heard_take() > 0); /* of some it was told */
    CHECK_HAS(heard.message, "it was closed");
    CHECK_EQ(coil_server_shutdown(server, COIL_SECONDS(10)), 0);
    coil_server_unref(server);
}

/* The second client is accepted when the first leaves, and then the k-th allocation fails; how many
 * reports came. */
static coil_async int serve_short_of_memory(struct coil_server *server, uint64_t k)
{
    struct coil_stream *first = connect_to(server), *second;
    char data[4];
    int64_t n;

    check_echo(first, "served");
    second = connect_to(server);
    CHECK_EQ(coil_stream_write(second, "x", 1), 0);
    coil__fault_arm(FAULT_ALLOC, k, false);
    coil_stream_unref(first);
    n = coil_stream_read(second, data, sizeof(data));
    coil__fault_arm(FAULT_ALLOC, 0, false);
    coil_stream_unref(second);
    CHECK(n <= 0 || heard.count == 0);
    CHECK(n == 1 || heard.count == 1 || in_simulator()); /* whose world needs memory, too */
    return heard_take();
}

DRIVER_LOOP_TEST(a_client_without_memory_sees_the_end_and_is_told_of_once)
{
    const struct coil_server_options one = {.most = 1};
    struct coil_server *server = start_server(echo, &one);
    int all = 0;

    for (uint64_t k = 1; k < 16; k++) {
        int told = serve_short_of_memory(server, k);

        CHECK(told <= 1);
        all += told;
    }
    CHECK(all >= 3); /* the stream, the client, its task */
    coil_server_unref(server);
}

static void closes_its_server(struct coil_loop *loop, const struct coil_report *report, void *arg)
{
    (void)loop, (void)report;
    coil_server_close(arg);
    heard.count++;
}

DRIVER_LOOP_TEST(a_server_may_be_closed_by_who_is_told_of_its_trouble)
{
    struct coil_server *server;

    CHECK_EQ(coil_start_server(echo, NULL, "127.0.0.1", 0, &server), 0);
    coil_loop_set_exception_handler(coil_loop_current(), closes_its_server, server);
    be_in_trouble(-EMFILE, 1);
    check_served(server);
    CHECK_EQ(heard_take(), 1);
    CHECK(!coil_server_serving(server));
    CHECK_EQ(coil_server_wait_closed(server), 0);
    coil_server_unref(server);
    if (in_simulator())
        CHECK_EQ(coil_sleep(COIL_MS(1100)), 0); /* nothing is tried again */
}
