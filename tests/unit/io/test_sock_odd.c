/* Sockets used out of turn: the world answers alike on every driver. */
#include "unit/io/servers.h"
#include "unit/io/sockets.h"

static coil_async void check_unconnected(int family)
{
    int fd = coil_sock_open(family, SOCK_STREAM, 0);
    struct coil_address peer;
    char data[4];

    CHECK_EQ(coil_sock_peer(fd, &peer), -ENOTCONN);
    if (family != AF_UNIX)
        CHECK_EQ(coil_sock_shutdown(fd, SHUT_WR), -ENOTCONN);
    CHECK_EQ(coil_sock_recv(fd, data, sizeof(data)), family == AF_UNIX ? -EINVAL : -ENOTCONN);
    CHECK_EQ(coil_sock_sendall(fd, "x", 1), family == AF_UNIX ? -ENOTCONN : -EPIPE);
    CHECK_EQ(coil_sock_accept(fd, NULL), -EINVAL);
    CHECK_EQ(coil_close(fd), 0);
}

DRIVER_LOOP_TEST(one_that_is_not_connected_says_so)
{
    check_unconnected(AF_INET);
    check_unconnected(AF_UNIX);
    kit_need_ipv6();
    check_unconnected(AF_INET6);
}

DRIVER_LOOP_TEST(one_that_is_connected_cannot_be_connected_or_bound_again)
{
    struct ends ends = tcp_ends();
    struct coil_address peer;

    CHECK_EQ(coil_sock_peer(ends.near, &peer), 0);
    CHECK_EQ(coil_sock_connect(ends.near, &peer), -EISCONN);
    CHECK_EQ(coil_sock_bind(ends.near, &peer), -EINVAL);
    CHECK_EQ(coil_sock_listen(ends.near, 4), -EINVAL);
    CHECK_EQ(coil_sock_accept(ends.near, NULL), -EINVAL);
    close_ends(&ends);
}

DRIVER_LOOP_TEST(one_that_listens_takes_no_bytes)
{
    struct coil_server *server = start_server(echo, NULL);
    struct coil_address here = address_of("127.0.0.1:0");
    int fd = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    char data[4];

    CHECK_EQ(coil_sock_bind(fd, &here), 0);
    CHECK_EQ(coil_sock_listen(fd, 4), 0);
    CHECK_EQ(coil_sock_listen(fd, 8), 0); /* another backlog */
    CHECK_EQ(coil_sock_recv(fd, data, sizeof(data)), -ENOTCONN);
    CHECK_EQ(coil_sock_sendall(fd, "x", 1), -EPIPE);
    CHECK_EQ(coil_sock_bind(fd, &here), -EINVAL);
    CHECK_EQ(coil_server_address(server, 0, &here), 0);
    CHECK_EQ(coil_sock_connect(fd, &here), -EISCONN);
    CHECK_EQ(coil_close(fd), 0);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(one_without_an_address_gets_one_when_it_listens)
{
    struct coil_server *server = NULL;
    struct coil_stream *a;

    CHECK_EQ(coil_serve_socket(echo, NULL, coil_sock_open(AF_INET, SOCK_STREAM, 0), NULL, &server),
             0);
    CHECK(coil_server_port(server) > 0);
    a = connect_to(server);
    check_echo(a, "x");
    coil_stream_unref(a);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(refused_it_can_be_connected_again)
{
    struct coil_address here = address_of("127.0.0.1:0");
    int listener = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    int fd = coil_sock_open(AF_INET, SOCK_STREAM, 0), far;

    CHECK_EQ(coil_sock_bind(listener, &here), 0);
    CHECK_EQ(coil_sock_name(listener, &here), 0);
    CHECK_EQ(coil_sock_connect(fd, &here), -ECONNREFUSED);
    CHECK_EQ(coil_sock_listen(listener, 4), 0);
    CHECK_EQ(coil_sock_connect(fd, &here), 0);
    far = coil_sock_accept(listener, NULL);
    CHECK(far >= 0);
    CHECK_EQ(coil_close(fd), 0);
    CHECK_EQ(coil_close(far), 0);
    CHECK_EQ(coil_close(listener), 0);
}

DRIVER_LOOP_TEST(datagrams_out_of_turn_are_told)
{
    struct coil_address here = address_of("127.0.0.1:0"),
                        path = address_of("unix:/tmp/coil-nobody");
    int fd = coil_sock_open(AF_INET, SOCK_DGRAM, 0);
    int local = coil_sock_open(AF_UNIX, SOCK_DGRAM, 0);

    CHECK_EQ(coil_sock_bind(fd, &here), 0);
    CHECK_EQ(coil_sock_bind(fd, &here), -EINVAL);
    CHECK_EQ(coil_sock_sendto(fd, "x", 1, NULL), -EDESTADDRREQ);
    CHECK_EQ(coil_sock_listen(fd, 4), -EOPNOTSUPP);
    CHECK_EQ(coil_sock_accept(fd, NULL), -EOPNOTSUPP);
    CHECK_EQ(coil_sock_shutdown(fd, SHUT_RD), -ENOTCONN);
    CHECK_EQ(coil_sock_sendto(local, "x", 1, NULL), -ENOTCONN);
    CHECK_EQ(coil_sock_sendto(local, "x", 1, &path), -ENOENT);
    CHECK_EQ(coil_close(fd), 0);
    CHECK_EQ(coil_close(local), 0);
}

static coil_async struct ends ends_of(int family)
{
    struct coil_address name = abstract_name("odd");

    return family == AF_UNIX ? connect_ends(&name) : tcp_ends();
}

/* The kernel tells who reads that something was lost. */
DRIVER_LOOP_TEST(of_bytes_that_a_unix_peer_never_read_the_reader_is_told)
{
    struct ends ends = ends_of(AF_UNIX);
    struct coil_address peer;
    char data[4];

    CHECK_EQ(coil_sock_sendall(ends.near, "x", 1), 0);
    CHECK_EQ(coil_close(ends.far), 0);
    CHECK_EQ(coil_sock_sendall(ends.near, "x", 1), -EPIPE);
    CHECK_EQ(coil_sock_peer(ends.near, &peer), 0);
    CHECK_EQ(coil_sock_shutdown(ends.near, SHUT_WR), 0);
    CHECK_EQ(coil_sock_recv(ends.near, data, sizeof(data)), -ECONNRESET);
    CHECK_EQ(coil_sock_recv(ends.near, data, sizeof(data)), 0);
    CHECK_EQ(coil_close(ends.near), 0);
}

DRIVER_LOOP_TEST(a_unix_peer_does_not_hear_of_an_abort)
{
    struct ends ends = ends_of(AF_UNIX);
    struct coil_stream *stream;
    char data[4];

    CHECK_EQ(coil_stream_open(ends.near, NULL, &stream), 0);
    CHECK_EQ(coil_stream_write(stream, "abc", 3), 0);
    coil_stream_abort(stream);
    CHECK_EQ(coil_sock_recv(ends.far, data, sizeof(data)), 3);
    CHECK_EQ(coil_sock_recv(ends.far, data, sizeof(data)), 0);
    CHECK_EQ(coil_close(ends.far), 0);
    coil_stream_unref(stream);
}

DRIVER_LOOP_TEST(a_tcp_connection_that_both_have_ended_has_no_peer)
{
    struct ends ends = ends_of(AF_INET);
    struct coil_address peer;
    char data[4];

    CHECK_EQ(coil_sock_sendall(ends.near, "abc", 3), 0);
    CHECK_EQ(coil_sock_shutdown(ends.near, SHUT_WR), 0);
    CHECK_EQ(coil_sock_peer(ends.far, &peer), 0);
    CHECK_EQ(coil_sock_shutdown(ends.far, SHUT_WR), 0);
    CHECK_EQ(coil_sock_peer(ends.far, &peer), -ENOTCONN);
    CHECK_EQ(coil_sock_shutdown(ends.far, SHUT_WR), -ENOTCONN);
    CHECK_EQ(coil_sock_recv(ends.far, data, sizeof(data)), 3);
    CHECK_EQ(coil_sock_recv(ends.far, data, sizeof(data)), 0);
    close_ends(&ends);
}

DRIVER_LOOP_TEST(who_has_ended_both_directions_resets_what_still_comes)
{
    struct ends ends = ends_of(AF_INET);
    char data[4];

    CHECK_EQ(coil_sock_shutdown(ends.far, SHUT_RDWR), 0);
    CHECK_EQ(coil_sock_sendall(ends.near, "x", 1), 0);
    CHECK_EQ(coil_sock_sendall(ends.near, "x", 1), -EPIPE);
    CHECK_EQ(coil_sock_recv(ends.near, data, sizeof(data)), 0);
    close_ends(&ends);
}

DRIVER_LOOP_TEST(shutdown_without_a_peer_is_told_of_tcp_only)
{
    struct coil_address at;
    int listener = listen_on("127.0.0.1:0", 4, &at);
    int local = coil_sock_open(AF_UNIX, SOCK_STREAM, 0);

    CHECK_EQ(coil_sock_shutdown(listener, SHUT_WR), 0);
    CHECK_EQ(coil_sock_shutdown(local, SHUT_WR), 0);
    CHECK_EQ(coil_close(listener), 0);
    CHECK_EQ(coil_close(local), 0);
}

DRIVER_LOOP_TEST(a_unix_stream_takes_no_address)
{
    struct ends ends = ends_of(AF_UNIX);
    struct coil_address nobody = abstract_name("nobody");
    int fd = coil_sock_open(AF_UNIX, SOCK_STREAM, 0);

    CHECK_EQ(coil_sock_sendto(ends.near, "x", 1, &nobody), -EISCONN);
    CHECK_EQ(coil_sock_sendto(fd, "x", 1, &nobody), -EOPNOTSUPP);
    CHECK_EQ(coil_close(fd), 0);
    close_ends(&ends);
}

DRIVER_LOOP_TEST(a_unix_stream_tells_who_sent_if_that_has_a_name)
{
    struct ends ends = ends_of(AF_UNIX);
    struct coil_address peer, from;
    char data[4];

    CHECK_EQ(coil_sock_sendall(ends.far, "abc", 3), 0);
    CHECK_EQ(coil_sock_peer(ends.near, &peer), 0);
    CHECK_EQ(coil_sock_recvfrom(ends.near, data, sizeof(data), &from), 3);
    CHECK(coil_address_equal(&peer, &from));
    CHECK_EQ(coil_sock_sendall(ends.near, "x", 1), 0); /* the client has none */
    CHECK_EQ(coil_sock_recvfrom(ends.far, data, sizeof(data), &from), 1);
    CHECK_EQ(from.length, 0);
    close_ends(&ends);
}

/* A path may fill all of its room, so that no zero is behind it. */
static coil_async void check_longest(int type)
{
    struct coil_address name = {.length = sizeof(struct sockaddr_un)}, told;
    int fd = coil_sock_open(AF_UNIX, type, 0), other = coil_sock_open(AF_UNIX, type, 0);
    const char *path = kit_path("long");
    char text[COIL_ADDRESS_TEXT];

    memset(name.as.unix_path.sun_path, 'x', sizeof(name.as.unix_path.sun_path));
    memcpy(name.as.unix_path.sun_path, path, strlen(path));
    name.as.any.sa_family = AF_UNIX;
    CHECK_EQ(coil_sock_bind(fd, &name), 0);
    CHECK_EQ(coil_sock_name(fd, &told), 0);
    CHECK(coil_address_equal(&name, &told));
    if (type == SOCK_STREAM)
        CHECK_EQ(coil_sock_listen(fd, 1), 0);
    CHECK_EQ(coil_sock_connect(other, &name), 0);
    CHECK_EQ(coil_sock_sendall(other, "x", 1), 0);
    CHECK_EQ(coil_sock_peer(other, &told), 0);
    CHECK(coil_address_equal(&name, &told));
    CHECK_EQ(coil_close(other), 0);
    CHECK_EQ(coil_close(fd), 0);
    coil_address_format(&name, text, sizeof(text));
    CHECK_EQ(coil_unlink(text + strlen("unix:")), 0);
}

DRIVER_LOOP_TEST(the_longest_path_is_a_name)
{
    check_longest(SOCK_STREAM);
    check_longest(SOCK_DGRAM);
}

static coil_async void check_connects(int family, const char *there, const char *to,
                                      const char *peer)
{
    struct coil_address at, where = address_of(to);
    int listener = listen_on(there, 1, &at), fd = coil_sock_open(family, SOCK_STREAM, 0), accepted;
    char text[COIL_ADDRESS_TEXT];

    coil_address_set_port(&where, coil_address_port(&at));
    CHECK_EQ(coil_sock_connect(fd, &where), 0);
    accepted = coil_sock_accept(listener, NULL);
    CHECK(accepted >= 0);
    CHECK_EQ(coil_sock_peer(fd, &at), 0);
    coil_address_format(&at, text, sizeof(text));
    CHECK_HAS(text, peer);
    coil_close(fd);
    coil_close(accepted);
    coil_close(listener);
}

DRIVER_LOOP_TEST(who_connects_to_no_address_connects_to_this_machine)
{
    check_connects(AF_INET, "0.0.0.0:0", "0.0.0.0:0", "127.0.0.1:");
    check_connects(AF_INET, "127.0.0.1:0", "0.0.0.0:0", "127.0.0.1:");
    kit_need_ipv6();
    check_connects(AF_INET, "[::]:0", "0.0.0.0:0", "127.0.0.1:");
    check_connects(AF_INET6, "[::]:0", "[::]:0", "[::1]:");
    check_connects(AF_INET6, "[::1]:0", "[::]:0", "[::1]:");
}
