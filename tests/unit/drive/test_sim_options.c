/* Options are stored and read back; as Linux does it. */
#include "sim_world.h"

DRIVER_TEST(options_are_read_back)
{
    struct world world;
    int fd;

    world_open(&world, 0);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(get_int(&world, fd, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
    CHECK_EQ(get_int(&world, fd, SOL_SOCKET, SO_DOMAIN), AF_INET);
    CHECK_EQ(get_int(&world, fd, SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP);
    CHECK_EQ(get_int(&world, fd, SOL_SOCKET, SO_ERROR), 0);
    CHECK_EQ(get_int(&world, fd, IPPROTO_TCP, TCP_NODELAY), 0);
    CHECK_EQ(set_int(&world, fd, IPPROTO_TCP, TCP_NODELAY, 1), 0);
    CHECK_EQ(get_int(&world, fd, IPPROTO_TCP, TCP_NODELAY), 1);
    CHECK_EQ(get_int(&world, fd, IPPROTO_TCP, TCP_KEEPIDLE), 7200);
    CHECK_EQ(set_int(&world, fd, IPPROTO_TCP, TCP_KEEPIDLE, 60), 0);
    CHECK_EQ(get_int(&world, fd, IPPROTO_TCP, TCP_KEEPIDLE), 60);
    CHECK_EQ(set_int(&world, fd, SOL_SOCKET, SO_KEEPALIVE, 5), 0);
    CHECK_EQ(get_int(&world, fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    CHECK_EQ(set_int(&world, fd, SOL_SOCKET, SO_RCVBUF, 10000), 0);
    CHECK_EQ(get_int(&world, fd, SOL_SOCKET, SO_RCVBUF), 20000);
    CHECK_EQ(set_int(&world, fd, SOL_SOCKET, SO_TYPE, 1), -ENOPROTOOPT);
    CHECK_EQ(ASK(&world, set_option, fd, SOL_SOCKET, SO_REUSEADDR, "", 1), -EINVAL);
    world_shut(&world, fd);
    world_close(&world);
}

DRIVER_TEST(a_level_that_is_not_the_sockets_is_refused)
{
    struct world world;
    int fd;

    world_open(&world, 0);
    fd = make_socket(&world, AF_UNIX, SOCK_STREAM);
    CHECK_EQ(set_int(&world, fd, IPPROTO_TCP, TCP_NODELAY, 1), -EOPNOTSUPP);
    world_shut(&world, fd);
    fd = make_socket(&world, AF_INET, SOCK_DGRAM);
    CHECK_EQ(set_int(&world, fd, IPPROTO_TCP, TCP_NODELAY, 1), -ENOPROTOOPT);
    world_shut(&world, fd);
    CHECK_EQ(set_int(&world, fd, IPPROTO_TCP, TCP_NODELAY, 1), -EBADF);
    world_close(&world);
}

DRIVER_TEST(what_is_accepted_has_its_listeners_options)
{
    struct world world;
    int listener, client, accepted, port;

    world_open(&world, 0);
    listener = listen_ip(&world, "127.0.0.1", 2, &port);
    CHECK_EQ(set_int(&world, listener, IPPROTO_TCP, TCP_NODELAY, 1), 0);
    client = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(connect_ip(&world, client, "127.0.0.1", port), 0);
    accepted = (int)do_accept(&world, listener);
    CHECK_EQ(get_int(&world, accepted, IPPROTO_TCP, TCP_NODELAY), 1);
    CHECK_EQ(get_int(&world, client, IPPROTO_TCP, TCP_NODELAY), 0);
    world_shut(&world, accepted);
    world_shut(&world, client);
    world_shut(&world, listener);
    world_close(&world);
}
