/* Where servers listen: addresses, ports, paths, names. */
#include <netinet/tcp.h>
#include <unistd.h>

#include <coil/file.h>
#include <coil/timeout.h>

#include "unit/io/servers.h"
#include "unit/io/sockets.h"

DRIVER_LOOP_TEST(unix_servers_replace_a_stale_file_but_not_a_living_server)
{
    const char *path = kit_path("socket");
    struct coil_server *server = NULL, *other = NULL;
    struct coil_stream *a = NULL;
    struct coil_address address;
    int fd;

    fd = coil_sock_open(AF_UNIX, SOCK_STREAM, 0);
    address.as.unix_path.sun_family = AF_UNIX;
    strcpy(address.as.unix_path.sun_path, path);
    address.length = sizeof(address.as.unix_path);
    CHECK_EQ(coil_sock_bind(fd, &address), 0);
    CHECK_EQ(coil_close(fd), 0); /* its file stays */
    CHECK_EQ(coil_start_unix_server(echo, NULL, path, &server), 0);
    CHECK_EQ(coil_start_unix_server(echo, NULL, path, &other), -EADDRINUSE);
    CHECK_EQ(coil_open_unix_connection(path, &a), 0);
    check_echo(a, "unix");
    coil_stream_unref(a);
    CHECK_EQ(coil_server_shutdown(server, COIL_SECONDS(10)), 0);
    CHECK_EQ(coil_open_unix_connection(path, &a), -ENOENT);
    coil_server_unref(server);
}

static coil_async struct coil_server *start_unix_server(const char *path)
{
    struct coil_server *server = NULL;

    CHECK_EQ(coil_start_unix_server(echo, NULL, path, &server), 0);
    return server;
}

DRIVER_LOOP_TEST(the_file_of_a_unix_server_is_gone_when_it_is_closed)
{
    const char *path = kit_path("socket");
    struct coil_server *server = start_unix_server(path);
    struct stat about;

    CHECK_EQ(coil_stat(path, &about), 0);
    coil_server_close(server);
    CHECK_EQ(coil_stat(path, &about), -ENOENT);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(a_unix_server_whose_file_has_gone_is_closed_all_the_same)
{
    const char *path = kit_path("socket");
    struct coil_server *server = start_unix_server(path);

    CHECK_EQ(coil_unlink(path), 0);
    coil_server_close(server);
    CHECK_EQ(coil_server_wait_closed(server), 0);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(a_file_that_another_has_put_in_its_place_stays)
{
    const char *path = kit_path("socket");
    struct coil_server *server = start_unix_server(path), *other;
    struct coil_stream *a = NULL;

    CHECK_EQ(coil_unlink(path), 0);
    other = start_unix_server(path);
    coil_server_unref(server);
    let_run(10);
    coil_sleep(COIL_MS(1));
    CHECK_EQ(coil_open_unix_connection(path, &a), 0);
    check_echo(a, "still there");
    coil_stream_unref(a);
    coil_server_unref(other);
}

DRIVER_LOOP_TEST(a_unix_server_can_be_started_where_one_was_just_closed)
{
    const char *path = kit_path("socket");
    struct coil_server *server = start_unix_server(path);
    struct coil_stream *a = NULL;

    for (int i = 0; i < 5; i++) {
        coil_server_unref(server);
        server = start_unix_server(path);
        let_run(5);
        CHECK_EQ(coil_open_unix_connection(path, &a), 0);
        check_echo(a, "again");
        coil_stream_unref(a);
    }
    coil_server_unref(server);
}

#define CROWD 8

static coil_async struct coil_result comes(void *arg)
{
    struct coil_stream *stream = NULL;
    int err = coil_open_unix_connection(arg, &stream);

    coil_stream_unref(stream);
    return coil_error(err);
}

/* Who would connect to it would wait. */
DRIVER_LOOP_TEST(a_living_server_with_a_full_queue_is_not_replaced_or_waited_for)
{
    const char *path = kit_path("socket");
    struct coil_server *server = NULL;
    struct coil_address address;
    struct coil_future *crowd[CROWD];
    struct coil_timeout limit;
    char text[80];
    int fd = coil_sock_open(AF_UNIX, SOCK_STREAM, 0), waiting = 0;

    snprintf(text, sizeof(text), "unix:%s", path);
    CHECK_EQ(coil_address_parse(text, 0, &address), 0);
    CHECK_EQ(coil_sock_bind(fd, &address), 0);
    CHECK_EQ(coil_sock_listen(fd, 1), 0);
    for (int i = 0; i < CROWD; i++)
        crowd[i] = coil_create_task(comes, (void *)(uintptr_t)path);
    coil_sleep(COIL_MS(1));
    for (int i = 0; i < CROWD; i++)
        waiting += !coil_future_done(crowd[i]);
    CHECK(waiting > 0);
    coil_timeout_enter(&limit, COIL_SECONDS(1));
    CHECK_EQ(coil_timeout_exit(&limit, coil_start_unix_server(echo, NULL, path, &server)),
             -EADDRINUSE);
    for (int i = 0; i < CROWD; i++) {
        coil_future_cancel(crowd[i], NULL);
        coil_join(crowd[i]);
    }
    CHECK_EQ(coil_close(fd), 0);
    CHECK_EQ(coil_unlink(path), 0);
}

DRIVER_LOOP_TEST(abstract_names_leave_no_file)
{
    char path[64];
    struct coil_server *server = NULL;
    struct coil_stream *a = NULL;

    snprintf(path, sizeof(path), "@coil-test-%d", getpid());
    CHECK_EQ(coil_start_unix_server(echo, NULL, path, &server), 0);
    CHECK_EQ(coil_open_unix_connection(path, &a), 0);
    check_echo(a, "abstract");
    coil_stream_unref(a);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(all_addresses_get_the_same_port)
{
    struct coil_server *server = NULL;
    struct coil_address first, second;

    CHECK_EQ(coil_start_server(echo, NULL, NULL, 0, &server), 0);
    CHECK_EQ(coil_server_address(server, 0, &first), 0);
    if (coil_server_address(server, 1, &second) == 0)
        CHECK_EQ(coil_address_port(&first), coil_address_port(&second));
    CHECK_EQ(coil_server_address(server, 16, &second), -ENOENT);
    CHECK(coil_server_port(server) > 0);
    coil_server_unref(server);
}

static coil_async int start_on(const char *const *hosts, uint16_t port, struct coil_server **out)
{
    struct coil_server_options options = {.hosts = hosts};

    return coil_start_server_with(echo, NULL, NULL, port, &options, out);
}

static coil_async void check_address(struct coil_server *server, size_t index, const char *host)
{
    struct coil_stream *stream = NULL;
    struct coil_address at;
    char text[COIL_ADDRESS_TEXT], expected[64];

    CHECK_EQ(coil_server_address(server, index, &at), 0);
    snprintf(expected, sizeof(expected), "%s:%d", host, coil_server_port(server));
    coil_address_format(&at, text, sizeof(text));
    CHECK_STR(text, expected);
    CHECK_EQ(coil_open_connection(host, coil_server_port(server), &stream), 0);
    check_echo(stream, host);
    coil_stream_unref(stream);
}

DRIVER_LOOP_TEST(a_server_on_several_hosts_listens_on_each_and_on_one_port)
{
    struct coil_server *server = NULL;
    struct coil_address none;

    CHECK_EQ(start_on((const char *const[]){"127.0.0.1", "127.0.0.2", NULL}, 0, &server), 0);
    check_address(server, 0, "127.0.0.1");
    check_address(server, 1, "127.0.0.2");
    CHECK_EQ(coil_server_address(server, 2, &none), -ENOENT);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(an_address_that_several_hosts_have_is_bound_once)
{
    static const char *const hosts[] = {"127.0.0.1", "127.0.0.2", "127.0.0.1", "127.0.0.2", NULL};
    struct coil_server *server = NULL;
    struct coil_address none;

    CHECK_EQ(start_on(hosts, 0, &server), 0);
    check_address(server, 0, "127.0.0.1");
    check_address(server, 1, "127.0.0.2");
    CHECK_EQ(coil_server_address(server, 2, &none), -ENOENT);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(of_several_hosts_one_that_is_elsewhere_is_passed_over)
{
    struct coil_server *server = NULL;
    struct coil_address none;

    CHECK_EQ(start_on((const char *const[]){"198.51.100.1", "127.0.0.1", NULL}, 0, &server), 0);
    check_address(server, 0, "127.0.0.1");
    CHECK_EQ(coil_server_address(server, 1, &none), -ENOENT);
    coil_server_unref(server);
    CHECK_EQ(start_on((const char *const[]){"198.51.100.1", "203.0.113.1", NULL}, 0, &server),
             -EADDRNOTAVAIL);
}

DRIVER_LOOP_TEST(of_several_hosts_one_that_fails_fails_the_server_and_leaves_nothing_open)
{
    int lowest = lowest_free();
    struct coil_server *other = start_server(echo, NULL), *server = NULL;
    struct coil_server_options options = {
        .hosts = (const char *const[]){"127.0.0.2", "127.0.0.1", NULL}};

    CHECK_EQ(start_on(options.hosts, coil_server_port(other), &server), -EADDRINUSE);
    CHECK_EQ(start_on((const char *const[]){"127.0.0.2", "a..b", NULL}, 0, &server),
             -COIL_EGAI(EAI_NONAME));
    CHECK_EQ(start_on((const char *const[]){NULL}, 0, &server), -EINVAL);
    CHECK_EQ(coil_start_server_with(echo, NULL, "127.0.0.1", 0, &options, &server), -EINVAL);
    CHECK_PTR(server, NULL);
    coil_server_unref(other);
    CHECK_EQ(lowest_free(), lowest);
}

DRIVER_LOOP_TEST(a_port_in_use_is_told)
{
    struct coil_server *server = start_server(echo, NULL), *other = NULL;

    CHECK_EQ(coil_start_server(echo, NULL, "127.0.0.1", coil_server_port(server), &other),
             -EADDRINUSE);
    coil_server_unref(server);
}

static int bound_socket(int *port)
{
    struct coil_address address;
    int fd = coil_sock_open(AF_INET, SOCK_STREAM, 0);

    CHECK_EQ(coil_address_parse("127.0.0.1:0", 0, &address), 0);
    CHECK_EQ(coil_sock_bind(fd, &address), 0);
    CHECK_EQ(coil_sock_name(fd, &address), 0);
    *port = coil_address_port(&address);
    return fd;
}

DRIVER_LOOP_TEST(a_bound_socket_of_the_callers_is_served)
{
    struct coil_server *server = NULL;
    struct coil_stream *a;
    int port, fd = bound_socket(&port);

    CHECK_EQ(coil_serve_socket(echo, NULL, fd, NULL, &server), 0);
    CHECK_EQ(coil_server_port(server), port);
    a = connect_to(server);
    check_echo(a, "x");
    coil_stream_unref(a);
    coil_server_unref(server);
}

static coil_async void check_refused(int fd, int error)
{
    struct coil_server *server = NULL;

    CHECK(fd >= 0);
    CHECK_EQ(coil_serve_socket(echo, NULL, fd, NULL, &server), error);
    CHECK_PTR(server, NULL);
    CHECK_EQ(coil_close(fd), -EBADF);
}

DRIVER_LOOP_TEST(what_cannot_listen_is_refused_and_closed)
{
    int pair[2];

    check_refused(coil_open("/dev/null", O_RDONLY, 0), -ENOTSOCK);
    check_refused(coil_sock_open(AF_INET, SOCK_DGRAM, 0), -EOPNOTSUPP);
    check_refused(coil_sock_open(AF_UNIX, SOCK_STREAM, 0), -EINVAL); /* it has no name */
    CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, pair), 0);
    check_refused(pair[0], -EINVAL);
    CHECK_EQ(coil_close(pair[1]), 0);
}

DRIVER_LOOP_TEST(several_servers_share_a_port_if_they_ask_to)
{
    struct coil_server_options options = {.reuse_port = true};
    struct coil_server *first = start_server(echo, &options), *second = NULL;

    CHECK_EQ(
        coil_start_server_with(echo, NULL, "127.0.0.1", coil_server_port(first), &options, &second),
        0);
    coil_server_unref(first);
    coil_server_unref(second);
}

static struct coil_stream *served;

static coil_async void keeps_stream(struct coil_stream *client, void *arg)
{
    served = client;
    echo(client, arg);
}

DRIVER_LOOP_TEST(accepted_sockets_do_not_delay_and_are_kept_alive_if_asked)
{
    struct coil_server_options options = {.keep_alive = true};
    struct coil_server *server;
    struct coil_stream *a;
    int value = 0;

    server = start_server(keeps_stream, &options);
    a = connect_to(server);
    check_echo(a, "x");
    CHECK_EQ(coil_sock_get(coil_stream_fd(served), IPPROTO_TCP, TCP_NODELAY, &value), 0);
    CHECK(value != 0);
    CHECK_EQ(coil_sock_get(coil_stream_fd(served), SOL_SOCKET, SO_KEEPALIVE, &value), 0);
    CHECK(value != 0);
    coil_stream_unref(a);
    coil_server_shutdown(server, COIL_SECONDS(5));
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(a_host_nobody_knows_is_told)
{
    struct coil_server *server = NULL;

    CHECK(coil_start_server(echo, NULL, "no.such.host.invalid", 0, &server) < 0);
    CHECK_EQ(coil_start_server(echo, NULL, "a..b", 0, &server), -COIL_EGAI(EAI_NONAME));
    CHECK_HAS(coil_exception_text(coil_current_exception()), "cannot look up a..b: EAI_NONAME");
    CHECK_PTR(server, NULL);
}
