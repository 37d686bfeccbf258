/* Who may be bound where, and who hears what; as Linux does it. */
#include "sim_world.h"

DRIVER_TEST(a_port_is_taken_once_unless_both_want_to_share)
{
    struct sockaddr_storage name;
    struct world world;
    int a, b, port;

    world_open(&world, 0);
    a = listen_ip(&world, "127.0.0.1", 4, &port);
    b = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(bind_ip(&world, b, "127.0.0.1", port), -EADDRINUSE);
    CHECK_EQ(bind_ip(&world, b, "0.0.0.0", port), -EADDRINUSE);
    CHECK_EQ(set_int(&world, b, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    CHECK_EQ(bind_ip(&world, b, "127.0.0.1", port), -EADDRINUSE);
    CHECK_EQ(bind_ip(&world, b, "127.0.0.2", port), 0);
    CHECK_EQ(bind_ip(&world, b, "127.0.0.2", port), -EINVAL);
    name = name_of(&world, b, false);
    CHECK_EQ(ip_port(&name), port);
    world_shut(&world, a);
    world_shut(&world, b);
    a = make_socket(&world, AF_INET, SOCK_DGRAM);
    b = make_socket(&world, AF_INET, SOCK_DGRAM);
    CHECK_EQ(set_int(&world, a, SOL_SOCKET, SO_REUSEPORT, 1), 0);
    CHECK_EQ(set_int(&world, b, SOL_SOCKET, SO_REUSEPORT, 1), 0);
    CHECK_EQ(bind_ip(&world, a, "127.0.0.1", 0), 0);
    name = name_of(&world, a, false);
    CHECK_EQ(bind_ip(&world, b, "127.0.0.1", ip_port(&name)), 0);
    world_shut(&world, a);
    world_shut(&world, b);
    world_close(&world);
}

DRIVER_TEST(a_connection_keeps_its_listeners_port_taken_unless_it_is_reused)
{
    struct world world;
    int listener, client, accepted, port;

    world_open(&world, 0);
    listener = listen_ip(&world, "127.0.0.1", 4, &port);
    client = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(connect_ip(&world, client, "127.0.0.1", port), 0);
    accepted = (int)do_accept(&world, listener);
    world_shut(&world, listener);
    listener = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(bind_ip(&world, listener, "127.0.0.1", port), -EADDRINUSE);
    world_shut(&world, listener);
    world_shut(&world, accepted);
    world_shut(&world, client);
    world_close(&world);
}

DRIVER_TEST(addresses_of_others_cannot_be_bound)
{
    struct sockaddr_storage six = ip("::1", 0);
    struct world world;
    int fd;

    world_open(&world, 0);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(bind_ip(&world, fd, "192.0.2.1", 0), -EADDRNOTAVAIL);
    CHECK_EQ(ASK(&world, bind, fd, (struct sockaddr *)&six, 8), -EINVAL);
    CHECK_EQ(bind_ip(&world, fd, "::1", 0), -EAFNOSUPPORT);
    world_shut(&world, fd);
    kit_need_ipv6();
    fd = make_socket(&world, AF_INET6, SOCK_STREAM);
    CHECK_EQ(bind_ip(&world, fd, "::1", 0), 0);
    world_shut(&world, fd);
    world_close(&world);
}

DRIVER_TEST(a_specific_address_hears_before_any_address)
{
    struct sockaddr_storage name;
    struct world world;
    int any, one, sender, port;
    char data[8];

    world_open(&world, 0);
    any = make_socket(&world, AF_INET, SOCK_DGRAM);
    one = make_socket(&world, AF_INET, SOCK_DGRAM);
    sender = make_socket(&world, AF_INET, SOCK_DGRAM);
    set_int(&world, any, SOL_SOCKET, SO_REUSEADDR, 1);
    set_int(&world, one, SOL_SOCKET, SO_REUSEADDR, 1);
    CHECK_EQ(bind_ip(&world, any, "0.0.0.0", 0), 0);
    name = name_of(&world, any, false);
    port = ip_port(&name);
    CHECK_EQ(bind_ip(&world, one, "127.0.0.3", port), 0);
    CHECK_EQ(send_to(&world, sender, "127.0.0.3", port, "one"), 3);
    CHECK_EQ(send_to(&world, sender, "127.0.0.4", port, "any"), 3);
    CHECK_EQ(receive_from(&world, one, data, 8, NULL, 0), 3);
    CHECK_STR(data, "one");
    CHECK_EQ(receive_from(&world, any, data, 8, &name, 0), 3);
    CHECK_STR(data, "any");
    CHECK_EQ(((struct sockaddr_in *)&name)->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    world_shut(&world, any);
    world_shut(&world, one);
    world_shut(&world, sender);
    world_close(&world);
}

TEST(the_tens_are_ours_too)
{
    struct sockaddr_storage name;
    struct world world;
    int listener, client, port;

    sim_open(&world, 0);
    listener = listen_ip(&world, "10.1.2.3", 4, &port);
    client = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(connect_ip(&world, client, "10.1.2.4", port), -ECONNREFUSED);
    CHECK_EQ(connect_ip(&world, client, "10.1.2.3", port), 0);
    name = name_of(&world, client, true);
    CHECK_EQ(ip_port(&name), port);
    world_shut(&world, client);
    world_shut(&world, listener);
    world_close(&world);
}
