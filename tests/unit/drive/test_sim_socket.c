/* Making sockets; as Linux does it. */
#include "sim_world.h"

DRIVER_TEST(sockets_that_do_not_exist_are_refused)
{
    struct world world;
    const struct world_ops *ops;
    int fds[2];

    world_open(&world, 0);
    ops = world.driver->ops->world;
    CHECK_EQ(ops->socket(world.driver, 200, SOCK_STREAM, 0), -EAFNOSUPPORT);
    CHECK_EQ(ops->socket(world.driver, AF_INET, SOCK_STREAM, IPPROTO_UDP), -EPROTONOSUPPORT);
    CHECK_EQ(ops->socketpair(world.driver, AF_INET, SOCK_STREAM, fds), -EOPNOTSUPP);
    fds[0] = ops->socket(world.driver, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    CHECK(fds[0] >= 0);
    world_shut(&world, fds[0]);
    world_close(&world);
}

DRIVER_TEST(a_socket_without_a_name_has_one_of_zeros_and_no_peer)
{
    struct world world;
    struct sockaddr_storage name;
    uint32_t length = sizeof(name);
    int fd;

    world_open(&world, 0);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    name = name_of(&world, fd, false);
    CHECK_EQ(name.ss_family, AF_INET);
    CHECK_EQ(ip_port(&name), 0);
    CHECK_EQ(
        world.driver->ops->world->name(world.driver, fd, true, (struct sockaddr *)&name, &length),
        -ENOTCONN);
    world_shut(&world, fd);
    CHECK_EQ(world.driver->ops->world->listen(world.driver, fd, 1), -EBADF);
    world_close(&world);
}

DRIVER_TEST(a_name_that_has_no_room_is_cut_and_its_length_told)
{
    struct world world;
    struct sockaddr_in name = {.sin_port = 7};
    uint32_t length = 3;
    int fd, port;

    world_open(&world, 0);
    fd = listen_ip(&world, "127.0.0.1", 1, &port);
    CHECK_EQ(
        world.driver->ops->world->name(world.driver, fd, false, (struct sockaddr *)&name, &length),
        0);
    CHECK_EQ(length, sizeof(name));
    CHECK_EQ(name.sin_family, AF_INET);
    CHECK_EQ(name.sin_addr.s_addr, 0);
    world_shut(&world, fd);
    world_close(&world);
}

DRIVER_TEST(listening_binds_to_any_port_and_datagrams_do_not_listen)
{
    struct world world;
    struct sockaddr_storage name;
    int fd;

    world_open(&world, 0);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(world.driver->ops->world->listen(world.driver, fd, 1), 0);
    name = name_of(&world, fd, false);
    CHECK(ip_port(&name) > 0);
    CHECK_EQ(get_int(&world, fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
    world_shut(&world, fd);
    fd = make_socket(&world, AF_INET, SOCK_DGRAM);
    CHECK_EQ(world.driver->ops->world->listen(world.driver, fd, 1), -EOPNOTSUPP);
    world_shut(&world, fd);
    world_close(&world);
}
