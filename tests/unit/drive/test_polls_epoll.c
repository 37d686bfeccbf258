/* What epoll is told: registrations that fail. (More events than one look takes: test_drive.c.) */
#include "world.h"

TEST(a_refused_registration_ends_all_polls_of_the_descriptor)
{
    struct world world;
    struct probe probes[2];
    int ends[2];

    epoll_open(&world);
    open_pipe(ends);
    probe_poll(&probes[0], &world, ends[0], POLLIN);
    probe_poll(&probes[1], &world, ends[0], POLLIN);
    coil__fault_arm(FAULT_SYS, 1, false);
    world_wait(&world, COIL_FOREVER);
    CHECK_EQ(probes[0].op.result, -ENOSPC);
    CHECK_EQ(probes[1].op.result, -ENOSPC);
    CHECK_EQ(world.done, 2);

    probe_poll(&probes[0], &world, ends[0], POLLIN);
    put_byte(ends[1]);
    CHECK_EQ(world_finish(&world, &probes[0]), POLLIN);
    close_both(ends);
    world_close(&world);
}

/* The kernel still has the first pipe under this number, by its copy; we have forgotten it. */
TEST(a_registration_that_was_forgotten_is_found_again)
{
    struct world world;
    struct probe probe;
    int first[2];
    int second[2];
    int copy;

    epoll_open(&world);
    open_pipe(first);
    open_pipe(second);
    copy = fcntl(first[0], F_DUPFD_CLOEXEC, 100);
    put_byte(first[1]);
    probe_poll(&probe, &world, first[0], POLLIN);
    CHECK_EQ(world_finish(&world, &probe), POLLIN);
    CHECK_EQ(dup3(second[0], first[0], O_CLOEXEC), first[0]);
    probe_poll(&probe, &world, first[0], POLLIN);
    coil__fault_arm(FAULT_SYS, 2, false);
    CHECK_EQ(world_finish(&world, &probe), -ENOSPC);
    CHECK_EQ(dup3(copy, first[0], O_CLOEXEC), first[0]);
    probe_poll(&probe, &world, first[0], POLLIN);
    CHECK_EQ(world_finish(&world, &probe), POLLIN);
    close_both(first);
    close_both(second);
    close(copy);
    world_close(&world);
}
