/* What a request costs on epoll, counted; and the edges that are easily lost. */
#include "world.h"

static void count_from_here(void)
{
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
}

/* As a program serves a connection: attempt, else submit; the answer by attempt. */
static void await_request(struct probe *probe, int fd, char *data, size_t size)
{
    struct driver *driver = probe->world->driver;
    struct op *op = probe_op(probe, probe->world, OP_RECV, fd);

    op->rw.data = data;
    op->rw.size = size;
    CHECK_EQ(driver->ops->attempt(driver, op), -EAGAIN);
    probe_go(probe);
}

static void answer(struct world *world, int fd, char *data, size_t size)
{
    struct driver *driver = world->driver;
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_SEND, fd);

    op->rw.data = data;
    op->rw.size = size;
    CHECK_EQ(driver->ops->attempt(driver, op), (int64_t)size);
}

/* epoll_wait for all connections together; recv and send of each; nothing else. */
TEST(an_echo_costs_recv_and_send_and_a_share_of_epoll_wait)
{
    enum { CONNECTIONS = 50, ROUNDS = 20 };
    static struct probe probes[CONNECTIONS];
    static char data[CONNECTIONS][1024];
    static int ends[CONNECTIONS][2];
    struct world world;
    char message[100] = "";

    epoll_open(&world);
    for (int i = 0; i < CONNECTIONS; i++) {
        world_stream(&world, STREAM_TCP, ends[i]);
        probe_init(&probes[i], &world);
        await_request(&probes[i], ends[i][0], data[i], sizeof(data[i]));
    }
    settle(&world);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CONNECTIONS; i++)
            CHECK_EQ(send(ends[i][1], message, sizeof(message), 0), sizeof(message));
        count_from_here();
        world_wait(&world, COIL_FOREVER);
        for (int i = 0; i < CONNECTIONS; i++) {
            CHECK_EQ(probes[i].done, 1);
            answer(&world, ends[i][0], data[i], (size_t)probes[i].op.result);
            await_request(&probes[i], ends[i][0], data[i], sizeof(data[i]));
        }
        CHECK_EQ(coil__fault_count(FAULT_SYS), 1 + 2 * CONNECTIONS);
        coil__fault_arm(FAULT_SYS, 0, false);
        for (int i = 0; i < CONNECTIONS; i++)
            CHECK_EQ(recv(ends[i][1], message, sizeof(message), 0), sizeof(message));
    }
    for (int i = 0; i < CONNECTIONS; i++) {
        probe_cancel(&probes[i]);
        world_finish(&world, &probes[i]);
        world_shut_both(&world, ends[i]);
    }
    world_close(&world);
}

TEST(an_accepted_connection_is_registered_when_it_first_waits_and_never_again)
{
    struct world world;
    struct sockaddr_in address;
    struct probe probe;
    char data[64];
    int listener;
    int ends[2];

    epoll_open(&world);
    listener = world_listen(&world, &address, 8);
    for (int i = 0; i < 3; i++) {
        ends[1] = make_socket(&world, AF_INET, SOCK_STREAM);
        CHECK_EQ(do_connect(&world, ends[1], &address, sizeof(address)), 0);
        ends[0] = (int)do_accept(&world, listener);
        probe_data(&probe, &world, OP_RECV, ends[0], data, sizeof(data));
        count_from_here();
        world_wait(&world, 0);
        CHECK_EQ(coil__fault_count(FAULT_SYS), 3); /* recv, epoll_ctl, epoll_wait */
        CHECK_EQ(send(ends[1], "x", 1, 0), 1);
        count_from_here();
        CHECK_EQ(world_finish(&world, &probe), 1);
        CHECK_EQ(coil__fault_count(FAULT_SYS), 2); /* epoll_wait, recv */
        coil__fault_arm(FAULT_SYS, 0, false);
        world_shut_both(&world, ends);
    }
    world_shut(&world, listener);
    world_close(&world);
}

/* As a server does: it tries to read on, for that costs nothing any more, then waits. */
TEST(a_new_connection_that_was_read_to_its_end_is_not_tried_before_it_waits)
{
    struct world world;
    struct sockaddr_in address;
    struct probe probe;
    struct op *op;
    char data[64];
    int listener;
    int ends[2];

    epoll_open(&world);
    listener = world_listen(&world, &address, 8);
    for (int early = 0; early < 2; early++) {
        ends[1] = make_socket(&world, AF_INET, SOCK_STREAM);
        CHECK_EQ(do_connect(&world, ends[1], &address, sizeof(address)), 0);
        ends[0] = (int)do_accept(&world, listener);
        CHECK_EQ(send(ends[1], "request", 7, 0), 7);
        op = probe_op(&probe, &world, OP_RECV, ends[0]);
        op->rw.data = data;
        op->rw.size = sizeof(data);
        CHECK_EQ(world.driver->ops->attempt(world.driver, op), 7);
        if (early) /* it has come when the edges are asked for: that is an edge, too */
            CHECK_EQ(send(ends[1], "next", 4, 0), 4);
        probe_init(&probe, &world);
        count_from_here();
        await_request(&probe, ends[0], data, sizeof(data));
        CHECK_EQ(coil__fault_count(FAULT_SYS), 0);
        world_wait(&world, 0);
        CHECK_EQ(coil__fault_count(FAULT_SYS), early ? 3 : 2); /* epoll_ctl, epoll_wait, recv */
        coil__fault_arm(FAULT_SYS, 0, false);
        if (!early)
            CHECK_EQ(send(ends[1], "next", 4, 0), 4);
        CHECK_EQ(world_finish(&world, &probe), 4);
        world_shut_both(&world, ends);
    }
    world_shut(&world, listener);
    world_close(&world);
}

TEST(a_try_in_vain_counts_until_the_next_look_at_the_world)
{
    struct world world;
    char data[64];
    struct op op = {.kind = OP_RECV, .rw = {.data = data, .size = sizeof(data)}};
    int ends[2];

    epoll_open(&world);
    world_stream(&world, STREAM_TCP, ends);
    op.fd = ends[0];
    CHECK_EQ(world.driver->ops->attempt(world.driver, &op), -EAGAIN);
    CHECK_EQ(send(ends[1], "x", 1, 0), 1);
    CHECK_EQ(world.driver->ops->attempt(world.driver, &op), -EAGAIN);
    world_wait(&world, 0);
    CHECK_EQ(world.driver->ops->attempt(world.driver, &op), 1);
    world_shut_both(&world, ends);
    world_close(&world);
}

TEST(an_op_that_is_known_to_wait_makes_no_system_call)
{
    struct world world;
    struct probe probe;
    char data[8];
    int ends[2];

    epoll_open(&world);
    world_stream(&world, STREAM_TCP, ends);
    probe_data(&probe, &world, OP_RECV, ends[0], data, sizeof(data));
    settle(&world);
    probe_cancel(&probe);
    world_finish(&world, &probe);
    count_from_here();
    await_request(&probe, ends[0], data, sizeof(data));
    CHECK_EQ(coil__fault_count(FAULT_SYS), 0);
    probe_cancel(&probe);
    world_finish(&world, &probe);
    CHECK_EQ(coil__fault_count(FAULT_SYS), 0);
    coil__fault_arm(FAULT_SYS, 0, false);
    world_shut_both(&world, ends);
    world_close(&world);
}

static void send_descriptor(int to, int fd, const char *text)
{
    char control[CMSG_SPACE(sizeof(int))] = "";
    struct iovec part = {.iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &fd, sizeof(int));
    CHECK_EQ(sendmsg(to, &message, 0), (ssize_t)part.iov_len);
}

/* A local socket ends a read where a descriptor was sent along; more may be behind it. */
TEST(a_read_cut_short_by_a_descriptor_hides_nothing_behind_it)
{
    struct world world;
    struct probe probe;
    char data[64];
    int ends[2];

    epoll_open(&world);
    world_stream(&world, STREAM_UNIX, ends);
    probe_data(&probe, &world, OP_RECV, ends[0], data, sizeof(data));
    settle(&world);
    send_descriptor(ends[1], 0, "first");
    CHECK_EQ(send(ends[1], "second", 6, 0), 6);
    CHECK_EQ(world_finish(&world, &probe), 5);
    CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, sizeof(data)), 6);
    world_shut_both(&world, ends);
    world_close(&world);
}

/* TCP ends a read before an urgent byte, which was told together with what is before it. */
TEST(a_read_cut_short_by_an_urgent_byte_hides_nothing_behind_it)
{
    struct world world;
    struct probe probe;
    char data[64];
    int ends[2];

    epoll_open(&world);
    world_stream(&world, STREAM_TCP, ends);
    probe_data(&probe, &world, OP_RECV, ends[0], data, sizeof(data));
    settle(&world);
    CHECK_EQ(send(ends[1], "before!", 7, MSG_OOB), 7);
    CHECK_EQ(send(ends[1], "after", 5, 0), 5);
    CHECK_EQ(world_finish(&world, &probe), 6);
    CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, sizeof(data)), 5);
    world_shut_both(&world, ends);
    world_close(&world);
}

/* Bytes, then the end, both before the first look: one event tells of both. */
TEST(an_end_that_was_told_with_the_bytes_before_it_is_not_waited_for)
{
    for (enum stream kind = 0; kind < STREAMS; kind++) {
        struct world world;
        struct probe probe;
        char data[64];
        int ends[2];

        epoll_open(&world);
        world_stream(&world, kind, ends);
        probe_data(&probe, &world, OP_READ, ends[0], data, sizeof(data));
        settle(&world);
        CHECK_EQ(write(ends[1], "bytes", 5), 5);
        world_shut(&world, ends[1]);
        CHECK_EQ(world_finish(&world, &probe), 5);
        CHECK_EQ(do_data(&world, OP_READ, ends[0], data, sizeof(data)), 0);
        world_shut(&world, ends[0]);
        world_close(&world);
    }
}

TEST(a_poll_on_what_was_just_emptied_costs_epoll_wait_only)
{
    struct world world;
    struct probe probe;
    char data[8];
    int ends[2];

    epoll_open(&world);
    world_stream(&world, STREAM_TCP, ends);
    probe_data(&probe, &world, OP_RECV, ends[0], data, sizeof(data));
    settle(&world);
    CHECK_EQ(send(ends[1], "x", 1, 0), 1);
    CHECK_EQ(world_finish(&world, &probe), 1);
    count_from_here();
    probe_poll(&probe, &world, ends[0], POLLIN);
    world_wait(&world, 0);
    CHECK_EQ(coil__fault_count(FAULT_SYS), 1);
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(probe.done, 0);
    CHECK_EQ(send(ends[1], "x", 1, 0), 1);
    CHECK_EQ(world_finish(&world, &probe), POLLIN);
    world_shut_both(&world, ends);
    world_close(&world);
}

/* A datagram that nobody took comes back to the queue of errors, where no read looks. */
TEST(an_error_that_outlasts_the_bytes_is_told_to_the_next_poll)
{
    struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const int on = 1;
    struct world world;
    struct probe probe;
    char data[8];
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    epoll_open(&world);
    CHECK_EQ(setsockopt(fd, SOL_IP, IP_RECVERR, &on, sizeof(on)), 0);
    probe_data(&probe, &world, OP_RECV, fd, data, sizeof(data));
    settle(&world);
    nobody.sin_port = htons(1);
    CHECK_EQ(sendto(fd, "x", 1, 0, (struct sockaddr *)&nobody, sizeof(nobody)), 1);
    CHECK_EQ(world_finish(&world, &probe), -ECONNREFUSED);
    probe_data(&probe, &world, OP_RECV, fd, data, sizeof(data));
    settle(&world);
    CHECK_EQ(probe.done, 0);
    probe_cancel(&probe);
    world_finish(&world, &probe);
    probe_poll(&probe, &world, fd, POLLIN);
    CHECK_EQ(world_finish(&world, &probe), POLLERR);
    world_shut(&world, fd);
    world_close(&world);
}

TEST(a_polled_descriptor_becomes_our_own_while_the_poll_is_out)
{
    struct world world;
    struct probe poll;
    struct probe read;
    char data[8];
    int ends[2];

    epoll_open(&world);
    world_stream(&world, STREAM_UNIX, ends);
    probe_poll(&poll, &world, ends[0], POLLIN);
    settle(&world);
    probe_data(&read, &world, OP_READ, ends[0], data, sizeof(data));
    settle(&world);
    CHECK_EQ(poll.done + read.done, 0);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK_EQ(world_finish(&world, &poll), POLLIN);
    CHECK_EQ(world_finish(&world, &read), 1);
    probe_poll(&poll, &world, ends[0], POLLIN);
    settle(&world);
    CHECK_EQ(poll.done, 0);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK_EQ(world_finish(&world, &poll), POLLIN);
    probe_poll(&poll, &world, ends[0], POLLIN); /* still there */
    CHECK_EQ(world_finish(&world, &poll), POLLIN);
    world_shut_both(&world, ends);
    world_close(&world);
}

TEST(a_refused_registration_ends_the_ops_that_need_it)
{
    struct world world;
    struct probe probe;
    char data[8];
    int ends[2];

    epoll_open(&world);
    world_stream(&world, STREAM_TCP, ends);
    probe_data(&probe, &world, OP_RECV, ends[0], data, sizeof(data));
    coil__fault_arm(FAULT_SYS, 2, false);
    CHECK_EQ(world_finish(&world, &probe), -ENOSPC);
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(send(ends[1], "x", 1, 0), 1);
    CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, sizeof(data)), 1);
    world_shut_both(&world, ends);
    world_close(&world);
}
