/* Cancel, on all three drivers. */
#include "world.h"

DRIVER_TEST(a_poll_canceled_before_the_kernel_knew_of_it_is_canceled)
{
    struct world world;
    struct probe probe;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    probe_poll(&probe, &world, ends[0], POLLIN);
    probe_cancel(&probe);
    CHECK_EQ(probe.done, 0);
    CHECK_EQ(world_finish(&world, &probe), -ECANCELED);
    close_both(ends);
    world_close(&world);
}

DRIVER_TEST(a_waiting_poll_is_canceled_and_asking_twice_is_fine)
{
    struct world world;
    struct probe probe;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    probe_poll(&probe, &world, ends[0], POLLIN);
    world_wait(&world, 0);
    probe_cancel(&probe);
    probe_cancel(&probe);
    CHECK_EQ(world.driver->canceled, 1);
    CHECK_EQ(probe.done, 0);
    CHECK_EQ(world_finish(&world, &probe), -ECANCELED);
    put_byte(ends[1]);
    world_wait(&world, 0);
    CHECK_EQ(probe.done, 1);
    close_both(ends);
    world_close(&world);
}

static void cancel_the_other(struct probe *probe)
{
    struct probe *other = probe->arg;

    if (!other->done)
        probe_cancel(other);
}

/* Whichever is first cancels the other, whose result may be known by then. */
DRIVER_TEST(a_ready_poll_that_is_canceled_ends_once_either_way)
{
    int ends[2];

    open_pipe(ends);
    put_byte(ends[1]);
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct world world;
        struct probe probes[2];

        world_open(&world, seed);
        for (int i = 0; i < 2; i++) {
            probe_poll(&probes[i], &world, ends[0], POLLIN);
            probes[i].then = cancel_the_other;
            probes[i].arg = &probes[1 - i];
        }
        for (int i = 0; i < 2; i++) {
            int64_t result = world_finish(&world, &probes[i]);

            CHECK(result == POLLIN || (result == -ECANCELED && probes[i].place == 2));
            if (seed == 0 || !world_is(&world, "sim"))
                CHECK_EQ(result, POLLIN); /* it was known already */
        }
        world_wait(&world, 0);
        CHECK_EQ(world.done, 2);
        world_close(&world);
    }
    close_both(ends);
}

DRIVER_TEST(a_poll_canceled_while_its_descriptor_gets_ready_ends_once)
{
    struct world world;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    for (int i = 0; i < kit_effort(300); i++) {
        struct probe probe;
        struct later writer;

        probe_poll(&probe, &world, ends[0], POLLIN);
        world_wait(&world, 0);
        later(&writer, 0, put_byte_later, &ends[1]);
        usleep((useconds_t)(i % 80));
        probe_cancel(&probe);
        world_finish(&world, &probe);
        CHECK(probe.op.result == POLLIN || probe.op.result == -ECANCELED);
        later_join(&writer);
        drain(ends[0]);
        world_wait(&world, 0);
    }
    close_both(ends);
    world_close(&world);
}
