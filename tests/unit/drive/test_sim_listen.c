/* Connect, backlog, accept; as Linux does it. */
#include "sim_world.h"

DRIVER_TEST(nobody_listens)
{
    struct world world;
    int fd, listener, port;

    world_open(&world, 0);
    listener = listen_ip(&world, "127.0.0.1", 1, &port);
    world_shut(&world, listener);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(connect_ip(&world, fd, "127.0.0.1", port), -ECONNREFUSED);
    world_shut(&world, fd);
    world_close(&world);
}

DRIVER_TEST(connections_wait_in_the_backlog_and_tell_their_names)
{
    struct world world;
    struct sockaddr_storage there, here;
    int fd, listener, accepted, port;
    char data[4];

    world_open(&world, 0);
    listener = listen_ip(&world, "127.0.0.1", 8, &port);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(connect_ip(&world, fd, "127.0.0.1", port), 0);
    CHECK_EQ(connect_ip(&world, fd, "127.0.0.1", port), -EISCONN);
    CHECK_EQ(do_data(&world, OP_SEND, fd, "abc", 3), 3);
    CHECK_EQ(poll_now(&world, listener, POLLIN), POLLIN);
    accepted = (int)do_accept(&world, listener);
    CHECK_EQ(do_data(&world, OP_RECV, accepted, data, 4), 3);
    there = name_of(&world, accepted, true);
    here = name_of(&world, fd, false);
    CHECK_EQ(memcmp(&there, &here, sizeof(here)), 0);
    there = name_of(&world, fd, true);
    CHECK_EQ(ip_port(&there), port);
    CHECK_EQ(poll_now(&world, listener, POLLIN), 0);
    world_shut(&world, accepted);
    world_shut(&world, fd);
    world_shut(&world, listener);
    world_close(&world);
}

DRIVER_TEST(of_two_that_are_bound_to_one_port_the_first_to_listen_has_it)
{
    struct sockaddr_storage name;
    struct world world;
    int first, second;

    world_open(&world, 0);
    first = make_socket(&world, AF_INET, SOCK_STREAM);
    second = make_socket(&world, AF_INET, SOCK_STREAM);
    set_int(&world, first, SOL_SOCKET, SO_REUSEADDR, 1);
    set_int(&world, second, SOL_SOCKET, SO_REUSEADDR, 1);
    CHECK_EQ(bind_ip(&world, first, "127.0.0.1", 0), 0);
    name = name_of(&world, first, false);
    CHECK_EQ(bind_ip(&world, second, "127.0.0.1", ip_port(&name)), 0);
    CHECK_EQ(ASK(&world, listen, first, 4), 0);
    CHECK_EQ(ASK(&world, listen, second, 4), -EADDRINUSE);
    CHECK_EQ(ASK(&world, listen, first, 8), 0);
    world_shut(&world, first);
    CHECK_EQ(ASK(&world, listen, second, 4), 0);
    world_shut(&world, second);
    world_close(&world);
}

DRIVER_TEST(ipv6_listens_for_both_unless_told_not_to)
{
    struct sockaddr_storage name, expected = ip("::ffff:127.0.0.1", 0);
    struct world world;
    int fd, listener, accepted, port;

    kit_need_ipv6();
    world_open(&world, 0);
    for (int only = 0; only < 2; only++) {
        listener = make_socket(&world, AF_INET6, SOCK_STREAM);
        CHECK_EQ(set_int(&world, listener, IPPROTO_IPV6, IPV6_V6ONLY, only), 0);
        CHECK_EQ(bind_ip(&world, listener, "::", 0), 0);
        CHECK_EQ(ASK(&world, listen, listener, 4), 0);
        name = name_of(&world, listener, false);
        port = ip_port(&name);
        fd = make_socket(&world, AF_INET, SOCK_STREAM);
        CHECK_EQ(connect_ip(&world, fd, "127.0.0.1", port), only ? -ECONNREFUSED : 0);
        if (!only) {
            accepted = (int)do_accept(&world, listener);
            name = name_of(&world, accepted, true);
            CHECK_EQ(memcmp(&((struct sockaddr_in6 *)&name)->sin6_addr,
                            &((struct sockaddr_in6 *)&expected)->sin6_addr, 16),
                     0);
            world_shut(&world, accepted);
        }
        world_shut(&world, fd);
        fd = make_socket(&world, AF_INET6, SOCK_STREAM);
        CHECK_EQ(connect_ip(&world, fd, "::1", port), 0);
        world_shut(&world, fd);
        world_shut(&world, listener);
    }
    world_close(&world);
}

DRIVER_TEST(closing_a_listener_resets_who_was_not_accepted_and_ends_accepts)
{
    struct world world;
    struct probe probe;
    char data[4];
    int fd, listener, port;

    world_open(&world, 0);
    listener = listen_ip(&world, "127.0.0.1", 8, &port);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(connect_ip(&world, fd, "127.0.0.1", port), 0);
    world_shut(&world, listener);
    CHECK_EQ(do_data(&world, OP_RECV, fd, data, 4), -ECONNRESET);
    world_shut(&world, fd);
    listener = listen_ip(&world, "127.0.0.1", 8, &port);
    probe_op(&probe, &world, OP_ACCEPT, listener);
    probe_go(&probe);
    settle(&world);
    world_shut(&world, listener);
    CHECK_EQ(world_finish(&world, &probe), -EBADF);
    world_close(&world);
}

DRIVER_TEST(accepting_where_nobody_listens_is_refused)
{
    struct world world;
    int fd;

    world_open(&world, 0);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(do_accept(&world, fd), -EINVAL);
    world_shut(&world, fd);
    fd = make_socket(&world, AF_INET, SOCK_DGRAM);
    CHECK_EQ(do_accept(&world, fd), -EOPNOTSUPP);
    world_shut(&world, fd);
    world_close(&world);
}

TEST(a_full_backlog_makes_connects_wait_until_there_is_room)
{
    struct sockaddr_storage to;
    struct world world;
    struct probe probe;
    int fds[3];
    int listener, port;

    sim_open(&world, 0);
    listener = listen_ip(&world, "127.0.0.1", 1, &port);
    to = ip("127.0.0.1", port);
    for (int i = 0; i < 3; i++)
        fds[i] = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(connect_ip(&world, fds[0], "127.0.0.1", port), 0);
    CHECK_EQ(connect_ip(&world, fds[1], "127.0.0.1", port), 0);
    probe_op(&probe, &world, OP_CONNECT, fds[2])->connect.address = (struct sockaddr *)&to;
    probe.op.connect.length = ip_length(&to);
    probe_go(&probe);
    settle(&world);
    CHECK_EQ(probe.done, 0);
    world_shut(&world, (int)do_accept(&world, listener));
    CHECK_EQ(world_finish(&world, &probe), 0);
    for (int i = 0; i < 3; i++)
        world_shut(&world, fds[i]);
    world_shut(&world, listener);
    world_close(&world);
}

TEST(nobody_answers_for_127_s_where_there_is_nobody)
{
    struct world world;
    int64_t begin;
    int fd;

    sim_open(&world, 0);
    begin = world_now(&world);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(connect_ip(&world, fd, "192.0.2.1", 80), -ETIMEDOUT);
    CHECK_EQ(world_now(&world), begin + COIL_SECONDS(127));
    CHECK_EQ(connect_ip(&world, fd, "8.8.8.8", 80), -ENETUNREACH);
    CHECK_EQ(world_now(&world), begin + COIL_SECONDS(127));
    world_shut(&world, fd);
    world_close(&world);
}

DRIVER_TEST(without_a_descriptor_left_accept_says_so_and_the_connection_waits)
{
    struct world world;
    int fds[64];
    int listener, accepted, port;
    int count = 0;

    world_open(&world, 0);
    listener = listen_ip(&world, "127.0.0.1", 4, &port);
    fds[count++] = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(connect_ip(&world, fds[0], "127.0.0.1", port), 0);
    kit_limit_descriptors(40);
    while ((fds[count] = ASK(&world, socket, AF_INET, SOCK_STREAM, 0)) >= 0)
        count++;
    CHECK_EQ(do_accept(&world, listener), -EMFILE);
    CHECK_EQ(do_accept(&world, listener), -EMFILE);
    world_shut(&world, fds[--count]);
    accepted = (int)do_accept(&world, listener);
    CHECK(accepted >= 0);
    kit_unlimit_descriptors();
    world_shut(&world, accepted);
    while (count)
        world_shut(&world, fds[--count]);
    world_shut(&world, listener);
    world_close(&world);
}
