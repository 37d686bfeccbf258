/* One registration per descriptor, one epoll_ctl per round: counted. */
#include "world.h"

static uint64_t count_wait(struct world *world, int64_t deadline_ns)
{
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    world_wait(world, deadline_ns);
    return coil__fault_count(FAULT_SYS);
}

TEST(all_polls_of_a_descriptor_are_told_to_the_kernel_by_one_call)
{
    enum { POLLS = 100 };
    static struct probe probes[POLLS];
    struct world world;
    int ends[2];

    epoll_open(&world);
    open_pipe(ends);
    for (int i = 0; i < POLLS; i++)
        probe_poll(&probes[i], &world, ends[0], POLLIN);
    CHECK_EQ(count_wait(&world, 0), 2); /* and the look itself */
    CHECK_EQ(count_wait(&world, 0), 1);
    put_byte(ends[1]);
    CHECK_EQ(count_wait(&world, 0), 1);
    CHECK_EQ(world.done, POLLS);
    close_both(ends);
    world_close(&world);
}

TEST(a_poll_canceled_before_the_wait_makes_no_system_call)
{
    struct world world;
    struct probe probe;
    int ends[2];

    epoll_open(&world);
    open_pipe(ends);
    probe_poll(&probe, &world, ends[0], POLLIN);
    probe_cancel(&probe);
    CHECK_EQ(count_wait(&world, COIL_FOREVER), 0);
    CHECK_EQ(probe.op.result, -ECANCELED);
    close_both(ends);
    world_close(&world);
}

TEST(an_event_of_a_canceled_poll_does_not_end_wait)
{
    struct world world;
    struct probe probe;
    int ends[2];
    int64_t deadline;

    epoll_open(&world);
    open_pipe(ends);
    probe_poll(&probe, &world, ends[0], POLLIN);
    world_wait(&world, 0);
    probe_cancel(&probe);
    world_finish(&world, &probe);
    put_byte(ends[1]);
    deadline = world_now(&world) + COIL_MS(5);
    world_wait(&world, deadline);
    CHECK(world_now(&world) >= deadline);
    close_both(ends);
    world_close(&world);
}

TEST(without_memory_for_its_slot_a_poll_ends_with_enomem)
{
    struct world world;
    struct probe probe;

    epoll_open(&world);
    for (uint64_t k = 1; k <= 2; k++) {
        coil__fault_arm(FAULT_ALLOC, k, false);
        probe_poll(&probe, &world, 1000 + (int)k * 1000, POLLIN);
        CHECK_EQ(probe.done, 0);
        CHECK_EQ(world_finish(&world, &probe), -ENOMEM);
    }
    world_close(&world);
}
