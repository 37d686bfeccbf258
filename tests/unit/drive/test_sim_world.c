/* Simulated descriptors beside real ones. */
#include <time.h>

#include "drive/sim.h"
#include "sim_world.h"

TEST(simulated_numbers_are_told_from_real_ones)
{
    struct world world;
    char data[4];
    int ends[2], real[2];

    sim_open(&world, 0);
    CHECK_EQ(ASK(&world, pipe, ends), 0);
    CHECK(sim_is_ours(ends[0]) && sim_is_ours(ends[1]));
    open_pipe(real);
    CHECK_EQ(do_data(&world, OP_WRITE, real[1], "abc", 3), 3);
    CHECK_EQ(do_data(&world, OP_READ, real[0], data, 4), 3);
    CHECK_EQ(do_data(&world, OP_READ, SIM_FIRST_FD + 77, data, 4), -EBADF);
    CHECK_EQ(ASK(&world, close, SIM_FIRST_FD + 77), -EBADF);
    world_shut_both(&world, real);
    CHECK_EQ(fcntl(real[0], F_GETFD), -1);
    world_shut_both(&world, ends);
    world_close(&world);
}

/* Time on the clock of the wall. */
static int64_t really(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * COIL_SECONDS(1) + now.tv_nsec;
}

TEST(simulated_time_does_not_run_ahead_while_a_real_descriptor_is_read)
{
    struct world world;
    struct probe probe;
    struct later writer;
    int64_t begin, began;
    char data[4];
    int real[2];

    sim_open(&world, 0);
    begin = world_now(&world);
    open_pipe(real);
    probe_data(&probe, &world, OP_READ, real[0], data, 4);
    began = really();
    world_wait(&world, begin + COIL_MS(20));
    CHECK_EQ(world_now(&world), begin + COIL_MS(20));
    CHECK(really() - began >= COIL_MS(20));
    CHECK_EQ(probe.done, 0);
    later(&writer, 5, put_byte_later, &real[1]);
    world_wait(&world, begin + COIL_SECONDS(3600));
    CHECK_EQ(probe.done, 1);
    CHECK_EQ(probe.op.result, 1);
    CHECK_EQ(world_now(&world), begin + COIL_MS(20));
    later_join(&writer);
    world_wait(&world, begin + COIL_SECONDS(3600));
    CHECK_EQ(world_now(&world), begin + COIL_SECONDS(3600));
    close_both(real);
    world_close(&world);
}

TEST(a_canceled_read_of_a_real_descriptor_no_longer_holds_the_clock)
{
    struct world world;
    struct probe probe;
    int64_t begin;
    char data[4];
    int real[2];

    sim_open(&world, 3);
    begin = world_now(&world);
    open_pipe(real);
    probe_data(&probe, &world, OP_READ, real[0], data, 4);
    world_wait(&world, 0);
    probe_cancel(&probe);
    CHECK_EQ(world_finish(&world, &probe), -ECANCELED);
    world_wait(&world, begin + COIL_SECONDS(3600));
    CHECK_EQ(world_now(&world), begin + COIL_SECONDS(3600));
    CHECK_EQ(wait_alone(&world, COIL_FOREVER), -EDEADLK);
    close_both(real);
    world_close(&world);
}
