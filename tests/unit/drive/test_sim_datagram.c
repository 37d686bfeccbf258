/* Datagrams; as Linux does it. */
#include "sim_world.h"

static int bound(struct world *world, const char *host, int *port)
{
    struct sockaddr_storage name = ip(host, 0);
    int fd = make_socket(world, name.ss_family, SOCK_DGRAM);

    CHECK_EQ(bind_ip(world, fd, host, 0), 0);
    name = name_of(world, fd, false);
    *port = ip_port(&name);
    return fd;
}

DRIVER_TEST(a_datagram_comes_whole_with_its_sender)
{
    struct sockaddr_storage from;
    struct world world;
    int a, b, a_port, b_port;
    char data[20];

    world_open(&world, 0);
    a = bound(&world, "127.0.0.1", &a_port);
    b = bound(&world, "127.0.0.1", &b_port);
    CHECK_EQ(send_to(&world, a, "127.0.0.1", b_port, "hello"), 5);
    CHECK_EQ(send_to(&world, a, "127.0.0.1", b_port, ""), 0);
    CHECK_EQ(send_to(&world, a, "127.0.0.1", b_port, "again"), 5);
    CHECK_EQ(receive_from(&world, b, data, sizeof(data), &from, MSG_PEEK), 5);
    CHECK_EQ(receive_from(&world, b, data, sizeof(data), &from, 0), 5);
    CHECK_STR(data, "hello");
    CHECK_EQ(ip_port(&from), a_port);
    CHECK_EQ(receive_from(&world, b, data, sizeof(data), &from, 0), 0);
    CHECK_EQ(receive_from(&world, b, data, 2, NULL, MSG_TRUNC), 5);
    CHECK_EQ(memcmp(data, "ag", 2), 0);
    CHECK_EQ(try_data(&world, OP_RECV, b, data, 2), -EAGAIN);
    world_shut(&world, a);
    world_shut(&world, b);
    world_close(&world);
}

DRIVER_TEST(a_connected_sender_hears_of_a_closed_port_at_its_next_call)
{
    struct world world;
    int a, b, port;
    char data[4];

    world_open(&world, 0);
    b = bound(&world, "127.0.0.1", &port);
    world_shut(&world, b);
    a = make_socket(&world, AF_INET, SOCK_DGRAM);
    CHECK_EQ(send_to(&world, a, "127.0.0.1", port, "x"), 1);
    CHECK_EQ(try_data(&world, OP_RECV, a, data, 4), -EAGAIN);
    CHECK_EQ(connect_ip(&world, a, "127.0.0.1", port), 0);
    CHECK_EQ(do_data(&world, OP_SEND, a, "x", 1), 1);
    CHECK_EQ(do_data(&world, OP_RECV, a, data, 4), -ECONNREFUSED);
    CHECK_EQ(do_data(&world, OP_SEND, a, "x", 1), 1);
    world_shut(&world, a);
    world_close(&world);
}

DRIVER_TEST(a_connected_receiver_hears_only_its_peer)
{
    struct world world;
    int a, b, stranger, a_port, b_port, port;
    char data[20];

    world_open(&world, 0);
    a = bound(&world, "127.0.0.1", &a_port);
    b = bound(&world, "127.0.0.1", &b_port);
    stranger = bound(&world, "127.0.0.1", &port);
    CHECK_EQ(connect_ip(&world, b, "127.0.0.1", a_port), 0);
    CHECK_EQ(send_to(&world, stranger, "127.0.0.1", b_port, "no"), 2);
    CHECK_EQ(send_to(&world, a, "127.0.0.1", b_port, "yes"), 3);
    CHECK_EQ(receive_from(&world, b, data, sizeof(data), NULL, 0), 3);
    CHECK_STR(data, "yes");
    CHECK_EQ(try_data(&world, OP_RECV, b, data, 4), -EAGAIN);
    world_shut(&world, a);
    world_shut(&world, b);
    world_shut(&world, stranger);
    world_close(&world);
}

/* Whether this machine is on a network. */
static bool has_route(void)
{
    struct sockaddr_storage other = ip("192.0.2.1", 9);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool has = connect(fd, (struct sockaddr *)&other, sizeof(struct sockaddr_in)) == 0;

    close(fd);
    return has;
}

DRIVER_TEST(datagrams_that_cannot_go_out_are_refused)
{
    static char huge[65536];
    struct world world;
    int fd;

    world_open(&world, 0);
    fd = make_socket(&world, AF_INET, SOCK_DGRAM);
    CHECK_EQ(do_data(&world, OP_SEND, fd, "x", 1), -EDESTADDRREQ);
    CHECK_EQ(send_to(&world, fd, "255.255.255.255", 9, "x"),
             world_is(&world, "sim") || has_route() ? -EACCES : -ENETUNREACH);
    CHECK_EQ(send_to(&world, fd, "127.0.0.1", 0, "x"), -EINVAL);
    CHECK_EQ(connect_ip(&world, fd, "127.0.0.1", 9), 0);
    CHECK_EQ(do_data(&world, OP_SEND, fd, huge, sizeof(huge)), -EMSGSIZE);
    world_shut(&world, fd);
    world_close(&world);
}

DRIVER_TEST(a_full_receiver_loses_datagrams_and_the_sender_does_not_wait)
{
    static char block[60000];
    struct world world;
    int a, b, port;
    int came = 0;

    world_open(&world, 0);
    b = bound(&world, "127.0.0.1", &port);
    a = make_socket(&world, AF_INET, SOCK_DGRAM);
    CHECK_EQ(connect_ip(&world, a, "127.0.0.1", port), 0);
    for (int i = 0; i < 20; i++)
        CHECK_EQ(do_data(&world, OP_SEND, a, block, sizeof(block)), sizeof(block));
    while (try_data(&world, OP_RECV, b, block, sizeof(block)) > 0)
        came++;
    CHECK(came > 0 && came < 20);
    world_shut(&world, a);
    world_shut(&world, b);
    world_close(&world);
}

DRIVER_TEST(a_unix_sender_waits_for_room)
{
    struct world world;
    struct probe probe;
    char data[4];
    int ends[2];
    int sent = 0;

    world_open(&world, 0);
    CHECK_EQ(ASK(&world, socketpair, AF_UNIX, SOCK_DGRAM, ends), 0);
    while (try_data(&world, OP_SEND, ends[0], "abc", 3) == 3)
        sent++;
    CHECK(sent > 2);
    CHECK_EQ(poll_now(&world, ends[0], POLLOUT), 0);
    probe_data(&probe, &world, OP_SEND, ends[0], "end", 3);
    settle(&world);
    CHECK_EQ(probe.done, 0);
    for (int i = 0; i < sent; i++)
        CHECK_EQ(do_data(&world, OP_RECV, ends[1], data, 4), 3);
    CHECK_EQ(world_finish(&world, &probe), 3);
    CHECK_EQ(do_data(&world, OP_RECV, ends[1], data, 4), 3);
    CHECK_EQ(memcmp(data, "end", 3), 0);
    world_shut(&world, ends[1]);
    CHECK_EQ(do_data(&world, OP_SEND, ends[0], "abc", 3), -ECONNREFUSED);
    world_shut(&world, ends[0]);
    world_close(&world);
}

/* How many of a thousand came, and how many of those after a later one. */
static int thousand(uint64_t seed, int *late)
{
    struct world world;
    int a, b, port;
    int came = 0, highest = -1, n;

    *late = 0;
    sim_open(&world, seed);
    b = bound(&world, "127.0.0.1", &port);
    a = make_socket(&world, AF_INET, SOCK_DGRAM);
    CHECK_EQ(connect_ip(&world, a, "127.0.0.1", port), 0);
    for (int i = 0; i < 1000; i++) {
        int64_t sent = do_data(&world, OP_SEND, a, &i, sizeof(i));

        CHECK(sent == sizeof(i) || sent == -ENOBUFS);
    }
    while (poll_now(&world, b, POLLIN) || poll_now(&world, b, POLLIN)) {
        if (do_data(&world, OP_RECV, b, &n, sizeof(n)) < 0)
            continue;
        came++;
        *late += n < highest;
        highest = n > highest ? n : highest;
    }
    world_shut(&world, a);
    world_shut(&world, b);
    world_close(&world);
    return came;
}

TEST(datagrams_are_lost_and_overtaken_only_if_it_is_asked_for)
{
    int came, late;

    came = thousand(0, &late);
    CHECK_EQ(came, 1000);
    CHECK_EQ(late, 0);
    setenv("COIL_SIM_FAULTS", "100000", 1);
    came = thousand(0, &late);
    CHECK(came > 600 && came < 950);
    CHECK(late > 20);
}
