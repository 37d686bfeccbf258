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
    check_unconnected(AF_INET6);
    check_unconnected(AF_UNIX);
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
