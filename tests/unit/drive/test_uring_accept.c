/* The lasting request behind OP_ACCEPT: nothing is lost, nothing is taken from others. */
#include "world.h"

#include <netinet/in.h>
#include <sys/resource.h>

static int call(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK(fd >= 0);
    CHECK_EQ(connect(fd, (const struct sockaddr *)address, sizeof(*address)), 0);
    return fd;
}

static void accept_later(struct probe *probe, struct world *world, int listener)
{
    probe_op(probe, world, OP_ACCEPT, listener);
    probe_go(probe);
}

/* Whether the other end has closed. */
static bool is_closed(int fd)
{
    char byte;
    ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);

    return n == 0 || (n < 0 && errno == ECONNRESET);
}

URING_TEST(each_op_takes_one_connection_and_none_is_lost)
{
    enum { CALLERS = 100 };
    struct sockaddr_in address;
    struct world world;
    int callers[CALLERS], taken[CALLERS];
    int listener;

    world_open(&world, 0);
    listener = world_listen(&world, &address, CALLERS);
    for (int i = 0; i < CALLERS; i++)
        callers[i] = call(&address);
    for (int i = 0; i < CALLERS; i++) {
        taken[i] = (int)do_accept(&world, listener);
        CHECK(taken[i] >= 0);
        CHECK_EQ(fcntl(taken[i], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
        CHECK_EQ(fcntl(taken[i], F_GETFD), FD_CLOEXEC);
    }
    for (int i = 0; i < CALLERS; i++) {
        signed char byte = (signed char)i;

        CHECK_EQ(send(callers[i], &byte, 1, 0), 1); /* connections come in their order */
        byte = -1;
        CHECK_EQ(do_data(&world, OP_RECV, taken[i], &byte, 1), 1);
        CHECK_EQ(byte, i);
        world_shut(&world, taken[i]);
        close(callers[i]);
    }
    world_shut(&world, listener);
    world_close(&world);
}

URING_TEST(ops_that_wait_are_served_in_their_order_by_connections_that_come_later)
{
    struct sockaddr_in address;
    struct world world;
    struct probe probes[4];
    int callers[4];
    int listener;

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    for (int i = 0; i < 4; i++)
        accept_later(&probes[i], &world, listener);
    settle(&world);
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(probes[i].done, 0);
        callers[i] = call(&address);
        CHECK(world_finish(&world, &probes[i]) >= 0);
        world_shut(&world, (int)probes[i].op.result);
        close(callers[i]);
    }
    world_shut(&world, listener);
    world_close(&world);
}

URING_TEST(the_next_connection_of_a_burst_is_there_without_a_system_call)
{
    struct sockaddr_in address;
    struct world world;
    struct probe first, next;
    int callers[2], listener;
    int64_t fd;

    unsetenv("COIL_URING_WITHOUT");
    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    callers[0] = call(&address);
    callers[1] = call(&address);
    accept_later(&first, &world, listener);
    CHECK(world_finish(&world, &first) >= 0);
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    probe_op(&next, &world, OP_ACCEPT, listener);
    fd = world.driver->ops->attempt(world.driver, &next.op);
    CHECK(fd >= 0);
    CHECK_EQ(world.driver->ops->attempt(world.driver, &next.op), -EAGAIN);
    CHECK_EQ(coil__fault_count(FAULT_SYS), 0);
    world_shut(&world, (int)first.op.result);
    world_shut(&world, (int)fd);
    world_shut(&world, listener);
    close_both(callers);
    world_close(&world);
}

URING_TEST(of_a_connection_nothing_is_asked_that_is_known_of_its_listener)
{
    struct sockaddr_in address;
    struct world world;
    int callers[2], listener;

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    for (int i = 0; i < 2; i++) {
        struct probe probe;
        char data[100];
        int fd;

        callers[i] = call(&address);
        CHECK_EQ(send(callers[i], "x", 1, 0), 1);
        fd = (int)do_accept(&world, listener);
        CHECK(fd >= 0);
        probe_op(&probe, &world, OP_RECV, fd)->rw.data = data;
        probe.op.rw.size = sizeof(data);
        coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
        CHECK_EQ(world.driver->ops->attempt(world.driver, &probe.op), 1);
        CHECK_EQ(coil__fault_count(FAULT_SYS), 1);
        CHECK_EQ(world.driver->ops->attempt(world.driver, &probe.op), -EAGAIN); /* it was short */
        CHECK_EQ(coil__fault_count(FAULT_SYS), 1);
        world_shut(&world, fd);
    }
    world_shut(&world, listener);
    close_both(callers);
    world_close(&world);
}

URING_TEST(when_nobody_asks_a_connection_stays_where_others_can_take_it)
{
    struct sockaddr_in address;
    struct world world;
    int listener, caller, taken;

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    caller = call(&address);
    world_shut(&world, (int)do_accept(&world, listener));
    close(caller);
    settle(&world); /* the request is withdrawn */
    caller = call(&address);
    settle(&world);
    taken = accept(listener, NULL, NULL); /* as another process would */
    CHECK(taken >= 0);
    close(taken);
    close(caller);
    world_shut(&world, listener);
    world_close(&world);
}

URING_TEST(a_canceled_accept_takes_no_connection)
{
    struct sockaddr_in address;
    struct world world;
    struct probe probe;
    int listener, caller;

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    for (int i = 0; i < 50; i++) {
        int64_t fd;

        accept_later(&probe, &world, listener);
        if (i % 2)
            settle(&world);
        caller = call(&address);
        probe_cancel(&probe);
        fd = world_finish(&world, &probe);
        if (fd == -ECANCELED)
            fd = do_accept(&world, listener);
        CHECK(fd >= 0);
        world_shut(&world, (int)fd);
        close(caller);
    }
    world_shut(&world, listener);
    world_close(&world);
}

/* So that only a listener is in the way, not the connections it had. */
static void reuse_address(struct world *world, int fd)
{
    struct driver *driver = world->driver;
    int yes = 1;

    CHECK_EQ(driver->ops->world->set_option(driver, fd, SOL_SOCKET, SO_REUSEADDR, &yes, 4), 0);
}

URING_TEST(closing_a_listener_closes_what_nobody_took_and_frees_its_address_at_once)
{
    struct sockaddr_in address;
    struct world world;
    struct probe probe;
    const struct world_ops *ops;
    int callers[3], listener, again;

    world_open(&world, 0);
    ops = world.driver->ops->world;
    listener = world_listen(&world, &address, 8);
    reuse_address(&world, listener);
    for (int i = 0; i < 3; i++)
        callers[i] = call(&address);
    world_shut(&world, (int)do_accept(&world, listener));
    accept_later(&probe, &world, listener);
    CHECK(world_finish(&world, &probe) >= 0);
    world_shut(&world, (int)probe.op.result);
    accept_later(&probe, &world, listener); /* takes the third: one more op is left waiting */
    CHECK(world_finish(&world, &probe) >= 0);
    world_shut(&world, (int)probe.op.result);
    accept_later(&probe, &world, listener);
    settle(&world);
    world_shut(&world, listener);
    for (int i = 0; i < 3; i++)
        CHECK(is_closed(callers[i]));
    again = ops->socket(world.driver, AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(again, listener);
    reuse_address(&world, again);
    CHECK_EQ(ops->bind(world.driver, again, (struct sockaddr *)&address, sizeof(address)), 0);
    CHECK_EQ(ops->listen(world.driver, again, 8), 0);
    CHECK_EQ(world_finish(&world, &probe), -EBADF);
    for (int i = 0; i < 3; i++)
        close(callers[i]);
    world_shut(&world, again);
    world_close(&world);
}

URING_TEST(what_a_burst_left_over_is_closed_with_the_listener)
{
    struct sockaddr_in address;
    struct world world;
    int callers[8], listener;

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    for (int i = 0; i < 8; i++)
        callers[i] = call(&address);
    world_shut(&world, (int)do_accept(&world, listener));
    world_shut(&world, listener);
    for (int i = 0; i < 8; i++) {
        CHECK(is_closed(callers[i]));
        close(callers[i]);
    }
    world_close(&world);
}

URING_TEST(a_driver_that_goes_with_a_request_still_out_leaves_no_descriptor)
{
    struct sockaddr_in address;
    struct world world;
    int callers[3], listener;

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    for (int i = 0; i < 3; i++)
        callers[i] = call(&address);
    world_shut(&world, (int)do_accept(&world, listener));
    world_close(&world);
    close(listener);
    for (int i = 0; i < 3; i++)
        close(callers[i]);
}

URING_TEST(the_limit_of_descriptors_is_a_result_and_accepting_goes_on_after_it)
{
    struct rlimit before, tight;
    struct sockaddr_in address;
    struct world world;
    struct probe probe;
    int listener, caller;

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    caller = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    getrlimit(RLIMIT_NOFILE, &before);
    tight = before;
    tight.rlim_cur = (rlim_t)caller + 1;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0); /* the kernel looks when it is asked */
    accept_later(&probe, &world, listener);
    settle(&world);
    CHECK_EQ(connect(caller, (struct sockaddr *)&address, sizeof(address)), 0);
    CHECK_EQ(world_finish(&world, &probe), -EMFILE);
    CHECK_EQ(do_accept(&world, listener), -EMFILE);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
    world_shut(&world, (int)do_accept(&world, listener));
    close(caller);
    world_shut(&world, listener);
    world_close(&world);
}

URING_TEST(the_peers_address_is_told)
{
    struct sockaddr_in address, peer, own;
    socklen_t length = sizeof(own);
    uint32_t peer_length = sizeof(peer);
    struct world world;
    struct probe probe;
    struct op *op;
    int listener, caller;

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    op = probe_op(&probe, &world, OP_ACCEPT, listener);
    op->accept.address = (struct sockaddr *)&peer;
    op->accept.length = &peer_length;
    probe_go(&probe);
    settle(&world);
    caller = call(&address);
    CHECK_EQ(getsockname(caller, (struct sockaddr *)&own, &length), 0);
    CHECK(world_finish(&world, &probe) >= 0);
    CHECK_EQ(peer_length, sizeof(peer));
    CHECK_EQ(peer.sin_port, own.sin_port);
    world_shut(&world, (int)probe.op.result);
    close(caller);
    world_shut(&world, listener);
    world_close(&world);
}

URING_TEST(accepting_on_what_does_not_listen_is_einval)
{
    struct world world;
    int fd;

    world_open(&world, 0);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(do_accept(&world, fd), -EINVAL);
    world_shut(&world, fd);
    world_close(&world);
}
