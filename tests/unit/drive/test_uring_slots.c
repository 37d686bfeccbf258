/* A number's lives: what was out on the old file never meets the new one. */
#include "world.h"

URING_TEST(a_close_ends_what_is_out_and_the_other_side_hears_of_it_at_once)
{
    struct world world;
    struct probe probe;
    char byte;
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_TCP, ends);
    probe_data(&probe, &world, OP_RECV, ends[0], &byte, 1);
    settle(&world);
    world_shut(&world, ends[0]);
    CHECK_EQ(probe.done, 0); /* not before the next wait */
    CHECK_EQ(recv(ends[1], &byte, 1, 0), 0);
    CHECK_EQ(world_finish(&world, &probe), -EBADF);
    world_shut(&world, ends[1]);
    world_close(&world);
}

/* The same number at once, a thousand times, whatever stage the op was in. */
URING_TEST(an_op_on_a_closed_descriptor_never_sees_its_successor)
{
    enum { ROUNDS = 1000 };
    struct world world;
    struct probe old, new;
    char old_byte, new_byte;
    int ends[2], again[2];

    world_open(&world, 0);
    for (int i = 0; i < ROUNDS; i++) {
        world_stream(&world, STREAM_UNIX, ends);
        old_byte = new_byte = 0;
        probe_data(&old, &world, i % 2 ? OP_RECV : OP_READ, ends[0], &old_byte, 1);
        for (int waits = 0; waits < i % 3; waits++)
            world_wait(&world, 0);
        world_shut_both(&world, ends);
        world_stream(&world, STREAM_UNIX, again);
        CHECK_EQ(again[0], ends[0]);
        CHECK_EQ(send(again[1], "x", 1, 0), 1);
        probe_data(&new, &world, OP_RECV, again[0], &new_byte, 1);
        CHECK_EQ(world_finish(&world, &old), -EBADF);
        CHECK_EQ(world_finish(&world, &new), 1);
        CHECK_EQ(old_byte, 0);
        CHECK_EQ(new_byte, 'x');
        world_shut_both(&world, again);
    }
    world_close(&world);
}

URING_TEST(what_is_closed_by_an_op_gives_back_what_was_out_on_it)
{
    struct world world;
    struct probe first, second, close_op;
    char data[2];
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_UNIX, ends);
    probe_data(&first, &world, OP_RECV, ends[0], &data[0], 1);
    settle(&world);
    probe_data(&second, &world, OP_RECV, ends[0], &data[1], 1);
    probe_op(&close_op, &world, OP_CLOSE, ends[0]);
    probe_go(&close_op);
    probe_cancel(&close_op); /* does nothing */
    CHECK_EQ(world_finish(&world, &first), -EBADF);
    CHECK_EQ(world_finish(&world, &second), -EBADF);
    CHECK_EQ(world_finish(&world, &close_op), 0);
    CHECK_EQ(fcntl(ends[0], F_GETFD), -1);
    world_shut(&world, ends[1]);
    world_close(&world);
}

URING_TEST(an_op_canceled_and_closed_ends_once)
{
    struct world world;
    struct probe probe;
    char byte;
    int ends[2];
    int64_t result;

    world_open(&world, 0);
    for (int i = 0; i < 100; i++) {
        world_stream(&world, STREAM_UNIX, ends);
        probe_data(&probe, &world, OP_RECV, ends[0], &byte, 1);
        if (i & 1)
            world_wait(&world, 0);
        if (i & 2)
            probe_cancel(&probe);
        world_shut(&world, ends[0]);
        if (i & 4 && !(i & 2))
            probe_cancel(&probe);
        result = world_finish(&world, &probe);
        CHECK(result == -EBADF || result == -ECANCELED);
        world_shut(&world, ends[1]);
    }
    world_close(&world);
}

URING_TEST(without_memory_for_a_descriptor_its_op_ends_with_enomem)
{
    struct world world;
    char byte;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    coil__fault_arm(FAULT_ALLOC, 1, true);
    CHECK_EQ(do_data(&world, OP_READ, ends[0], &byte, 1), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    put_byte(ends[1]);
    CHECK_EQ(do_data(&world, OP_READ, ends[0], &byte, 1), 1);
    CHECK_EQ(do_data(&world, OP_READ, -1, &byte, 1), -EBADF);
    close_both(ends);
    world_close(&world);
}
