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
    CHECK_EQ(ASK(&world, name, fd, true, (struct sockaddr *)&name, &length), -ENOTCONN);
    world_shut(&world, fd);
    CHECK_EQ(ASK(&world, listen, fd, 1), -EBADF);
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
    CHECK_EQ(ASK(&world, name, fd, false, (struct sockaddr *)&name, &length), 0);
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
    CHECK_EQ(ASK(&world, listen, fd, 1), 0);
    name = name_of(&world, fd, false);
    CHECK(ip_port(&name) > 0);
    CHECK_EQ(get_int(&world, fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
    world_shut(&world, fd);
    fd = make_socket(&world, AF_INET, SOCK_DGRAM);
    CHECK_EQ(ASK(&world, listen, fd, 1), -EOPNOTSUPP);
    world_shut(&world, fd);
    world_close(&world);
}

/* What works, works; what does not, says so. Nothing of it leaks, and nothing stays out. */
static void talk_a_little(struct world *world, const struct sockaddr_in *address, int listener)
{
    const struct world_ops *ops = world->driver->ops->world;
    int ends[2] = {-1, -1};
    int client, served;
    char data[8];

    if (ops->socketpair(world->driver, AF_UNIX, SOCK_DGRAM, ends) == 0) {
        do_data(world, OP_SEND, ends[0], "letter", 6);
        try_data(world, OP_RECV, ends[1], data, sizeof(data));
        world_shut_both(world, ends);
    }
    if (ops->pipe(world->driver, ends) == 0) {
        do_data(world, OP_WRITE, ends[1], "bytes", 5);
        world_shut_both(world, ends);
    }
    client = ops->socket(world->driver, AF_INET, SOCK_STREAM, 0);
    if (client < 0)
        return;
    set_int(world, client, IPPROTO_TCP, TCP_NODELAY, 1);
    if (do_connect(world, client, address, sizeof(*address)) == 0) {
        served = (int)do_accept(world, listener);
        if (served >= 0) {
            do_data(world, OP_SEND, client, "bytes", 5);
            try_data(world, OP_RECV, served, data, sizeof(data));
            world_shut(world, served);
        }
    }
    world_shut(world, client);
}

TEST(without_memory_sockets_say_so_and_go_on)
{
    struct world world;
    struct sockaddr_in address;
    int listener;

    for (uint64_t k = 1; k < 40; k++) {
        sim_open(&world, 0);
        listener = world_listen(&world, &address, 4);
        coil__fault_arm(FAULT_ALLOC, k, false);
        talk_a_little(&world, &address, listener);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        if (poll_now(&world, listener, POLLIN)) /* it was connected, but not accepted */
            world_shut(&world, (int)do_accept(&world, listener));
        talk_a_little(&world, &address, listener);
        world_shut(&world, listener);
        CHECK_EQ(world.driver->out, 0);
        world_close(&world);
    }
}
