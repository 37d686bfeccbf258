/* Pipes; as Linux does it. */
#include "sim_world.h"

#include <limits.h>

DRIVER_TEST(a_pipe_holds_64_kib_and_small_writes_go_whole_or_not)
{
    static char block[1 << 17];
    struct world world;
    int ends[2];

    world_open(&world, 0);
    CHECK_EQ(ASK(&world, pipe, ends), 0);
    CHECK_EQ(do_data(&world, OP_WRITE, ends[1], block, sizeof(block)), 65536);
    CHECK_EQ(try_data(&world, OP_WRITE, ends[1], block, 1), -EAGAIN);
    CHECK_EQ(poll_now(&world, ends[1], POLLOUT), 0);
    CHECK_EQ(do_data(&world, OP_READ, ends[0], block, PIPE_BUF), PIPE_BUF);
    CHECK_EQ(poll_now(&world, ends[1], POLLOUT), POLLOUT);
    CHECK_EQ(try_data(&world, OP_WRITE, ends[1], block, 100), 100);
    CHECK_EQ(try_data(&world, OP_WRITE, ends[1], block, PIPE_BUF), -EAGAIN);
    world_shut_both(&world, ends);
    world_close(&world);
}

DRIVER_TEST(the_ends_of_a_pipe_are_told_apart)
{
    struct world world;
    char data[4] = "abc";
    int ends[2];

    world_open(&world, 0);
    CHECK_EQ(ASK(&world, pipe, ends), 0);
    CHECK_EQ(do_data(&world, OP_READ, ends[1], data, 4), -EBADF);
    CHECK_EQ(do_data(&world, OP_WRITE, ends[0], data, 4), -EBADF);
    CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, 4), -ENOTSOCK);
    CHECK_EQ(do_at(&world, OP_READ, ends[0], data, 4, 7), -ESPIPE);
    world_shut(&world, ends[1]);
    CHECK_EQ(poll_now(&world, ends[0], POLLIN), POLLHUP);
    world_shut(&world, ends[0]);
    CHECK_EQ(ASK(&world, pipe, ends), 0);
    world_shut(&world, ends[0]);
    CHECK(poll_now(&world, ends[1], POLLOUT) & POLLERR);
    CHECK_EQ(do_data(&world, OP_WRITE, ends[1], data, 4), -EPIPE);
    world_shut(&world, ends[1]);
    world_close(&world);
}

TEST(waiting_alone_for_a_pipe_that_nobody_writes_is_a_deadlock)
{
    struct world world;
    struct probe probe;
    char data[4];
    int ends[2];

    sim_open(&world, 0);
    CHECK_EQ(ASK(&world, pipe, ends), 0);
    probe_data(&probe, &world, OP_READ, ends[0], data, 4);
    CHECK_EQ(wait_alone(&world, COIL_FOREVER), -EDEADLK);
    probe_cancel(&probe);
    CHECK_EQ(wait_alone(&world, COIL_FOREVER), 0);
    CHECK_EQ(probe.op.result, -ECANCELED);
    world_shut_both(&world, ends);
    world_close(&world);
}
