/* Connections: what one end does, the other sees. As Linux does it: on all drivers. */
#include "sim_world.h"

static void tcp_pair(struct world *world, int ends[2])
{
    world_stream(world, STREAM_TCP, ends);
}

DRIVER_TEST(closing_with_bytes_unread_resets_the_connection)
{
    struct world world;
    char data[10];
    int ends[2];

    world_open(&world, 0);
    tcp_pair(&world, ends);
    CHECK_EQ(do_data(&world, OP_SEND, ends[1], "abc", 3), 3);
    settle(&world);
    CHECK(poll_now(&world, ends[0], POLLIN) & POLLIN);
    world_shut(&world, ends[0]);
    CHECK_EQ(do_data(&world, OP_RECV, ends[1], data, 10), -ECONNRESET);
    CHECK_EQ(do_data(&world, OP_RECV, ends[1], data, 10), 0);
    CHECK_EQ(do_data(&world, OP_SEND, ends[1], "abc", 3), -EPIPE);
    world_shut(&world, ends[1]);
    world_close(&world);
}

DRIVER_TEST(lingering_for_no_time_resets_the_connection)
{
    struct linger none = {.l_onoff = 1};
    struct world world;
    int ends[2];

    world_open(&world, 0);
    tcp_pair(&world, ends);
    CHECK_EQ(ASK(&world, set_option, ends[0], SOL_SOCKET, SO_LINGER, &none, sizeof(none)), 0);
    world_shut(&world, ends[0]);
    CHECK(poll_now(&world, ends[1], POLLIN) & POLLERR);
    CHECK_EQ(get_int(&world, ends[1], SOL_SOCKET, SO_ERROR), ECONNRESET);
    CHECK_EQ(get_int(&world, ends[1], SOL_SOCKET, SO_ERROR), 0);
    world_shut(&world, ends[1]);
    world_close(&world);
}

DRIVER_TEST(half_a_connection_is_closed_and_the_other_half_goes_on)
{
    struct world world;
    char data[10];
    int ends[2];

    world_open(&world, 0);
    tcp_pair(&world, ends);
    CHECK_EQ(ASK(&world, shutdown, ends[0], SHUT_WR), 0);
    CHECK_EQ(do_data(&world, OP_RECV, ends[1], data, 10), 0);
    CHECK_EQ(do_data(&world, OP_SEND, ends[1], "abc", 3), 3);
    CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, 10), 3);
    CHECK_EQ(do_data(&world, OP_SEND, ends[0], "abc", 3), -EPIPE);
    CHECK(poll_now(&world, ends[1], POLLRDHUP) & POLLRDHUP);
    world_shut_both(&world, ends);
    world_close(&world);
}

DRIVER_TEST(the_first_bytes_to_a_peer_that_has_gone_are_lost_and_the_next_fail)
{
    struct world world;
    int ends[2];

    world_open(&world, 0);
    tcp_pair(&world, ends);
    world_shut(&world, ends[0]);
    CHECK_EQ(do_data(&world, OP_SEND, ends[1], "abc", 3), 3);
    settle(&world);
    CHECK_EQ(do_data(&world, OP_SEND, ends[1], "abc", 3), -EPIPE);
    world_shut(&world, ends[1]);
    world_close(&world);
}

DRIVER_TEST(a_unix_peer_that_has_gone_is_known_at_once)
{
    struct world world;
    char data[10];
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_UNIX, ends);
    world_shut(&world, ends[0]);
    CHECK_EQ(do_data(&world, OP_SEND, ends[1], "abc", 3), -EPIPE);
    CHECK_EQ(do_data(&world, OP_RECV, ends[1], data, 10), 0);
    CHECK(poll_now(&world, ends[1], POLLIN) & POLLHUP);
    world_shut(&world, ends[1]);
    world_close(&world);
}

DRIVER_TEST(a_writer_waits_for_a_reader_when_the_buffers_are_full)
{
    static char block[1 << 16];
    struct world world;
    struct probe probe;
    int64_t total = 0;
    int64_t n;
    int ends[2];

    world_open(&world, 0);
    tcp_pair(&world, ends);
    while ((n = try_data(&world, OP_SEND, ends[1], block, sizeof(block))) > 0)
        total += n;
    CHECK_EQ(n, -EAGAIN);
    CHECK_EQ(poll_now(&world, ends[1], POLLOUT), 0);
    probe_data(&probe, &world, OP_SEND, ends[1], block, 1);
    settle(&world);
    CHECK_EQ(probe.done, 0);
    while (!probe.done) {
        n = do_data(&world, OP_RECV, ends[0], block, sizeof(block));
        CHECK(n > 0);
        total -= n;
        settle(&world);
    }
    CHECK_EQ(probe.op.result, 1);
    while (total + 1 > 0) {
        n = do_data(&world, OP_RECV, ends[0], block, sizeof(block));
        CHECK(n > 0);
        total -= n;
    }
    CHECK_EQ(total + 1, 0);
    world_shut_both(&world, ends);
    world_close(&world);
}

DRIVER_TEST(peeking_leaves_the_bytes)
{
    struct world world;
    struct probe probe;
    char data[10];
    int ends[2];

    world_open(&world, 0);
    tcp_pair(&world, ends);
    CHECK_EQ(do_data(&world, OP_SEND, ends[1], "abc", 3), 3);
    for (int i = 0; i < 2; i++) {
        struct op *op = probe_op(&probe, &world, OP_RECV, ends[0]);

        op->rw.data = data;
        op->rw.size = sizeof(data);
        op->rw.flags = MSG_PEEK;
        CHECK_EQ(probe_run(&probe), 3);
    }
    CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, 10), 3);
    CHECK_EQ(try_data(&world, OP_RECV, ends[0], data, 10), -EAGAIN);
    world_shut_both(&world, ends);
    world_close(&world);
}

DRIVER_TEST(sockets_that_are_not_connected_say_so)
{
    struct world world;
    char data[10];
    int fd;

    world_open(&world, 0);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(do_data(&world, OP_RECV, fd, data, 10), -ENOTCONN);
    CHECK_EQ(do_data(&world, OP_SEND, fd, "abc", 3), -EPIPE);
    CHECK_EQ(poll_now(&world, fd, POLLIN | POLLOUT), POLLOUT | POLLHUP);
    CHECK_EQ(ASK(&world, shutdown, fd, SHUT_RDWR), -ENOTCONN);
    world_shut(&world, fd);
    fd = make_socket(&world, AF_UNIX, SOCK_STREAM);
    CHECK_EQ(do_data(&world, OP_RECV, fd, data, 10), -EINVAL);
    CHECK_EQ(do_data(&world, OP_SEND, fd, "abc", 3), -ENOTCONN);
    world_shut(&world, fd);
    world_close(&world);
}
