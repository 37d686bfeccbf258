/* Descriptors that are closed under a poll, and numbers that are used again, on all three
 * drivers. */
#include "world.h"

DRIVER_TEST(a_poll_whose_descriptor_was_closed_can_be_canceled)
{
    struct world world;
    struct probe probe;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    probe_poll(&probe, &world, ends[0], POLLIN);
    world_wait(&world, 0);
    close(ends[0]);
    for (int i = 0; i < 3 && !probe.done; i++)
        world_wait(&world, world_now(&world) + COIL_MS(1));
    if (!probe.done)
        probe_cancel(&probe);
    world_finish(&world, &probe);
    CHECK(probe.op.result == -ECANCELED || probe.op.result == -EBADF);
    close(ends[1]);
    world_close(&world);
}

/* The copy keeps the file alive: an epoll goes on telling of it under the old number. */
DRIVER_TEST(a_closed_descriptor_with_a_living_copy_does_not_make_the_driver_spin)
{
    struct world world;
    struct probe probe;
    int ends[2];
    int copy;
    int64_t deadline;

    world_open(&world, 0);
    open_pipe(ends);
    copy = fcntl(ends[0], F_DUPFD_CLOEXEC, 100);
    probe_poll(&probe, &world, ends[0], POLLIN);
    world_wait(&world, 0);
    close(ends[0]);
    put_byte(ends[1]);
    world_finish(&world, &probe);

    deadline = world_now(&world) + COIL_MS(20);
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    while (world_now(&world) < deadline)
        world_wait(&world, deadline);
    CHECK(coil__fault_count(FAULT_SYS) < 5);
    close(copy);
    close(ends[1]);
    world_close(&world);
}

DRIVER_TEST(a_number_used_again_is_the_new_file)
{
    struct world world;
    struct probe old;
    struct probe new;
    int first[2];
    int second[2];

    world_open(&world, 0);
    open_pipe(first);
    probe_poll(&old, &world, first[0], POLLIN);
    world_wait(&world, 0);
    close(first[0]);
    open_pipe(second);
    CHECK_EQ(second[0], first[0]);
    probe_poll(&new, &world, second[0], POLLIN);
    put_byte(second[1]);
    CHECK_EQ(world_finish(&world, &new), POLLIN);
    if (!old.done)
        probe_cancel(&old);
    world_finish(&world, &old);
    CHECK(old.op.result == -ECANCELED || old.op.result == -EBADF);
    close_both(second);
    close(first[1]);
    world_close(&world);
}

/* The old file lives on by its copy, and what is known of it under the old number must not reach
 * the new file's poll. */
DRIVER_TEST(a_number_used_again_hears_nothing_of_the_old_file)
{
    struct world world;
    struct probe old;
    struct probe new;
    int first[2];
    int second[2];
    int copy;

    world_open(&world, 0);
    open_pipe(first);
    copy = fcntl(first[0], F_DUPFD_CLOEXEC, 100);
    probe_poll(&old, &world, first[0], POLLIN);
    world_wait(&world, 0);
    probe_cancel(&old);
    CHECK_EQ(world_finish(&world, &old), -ECANCELED);
    close(first[0]);
    open_pipe(second);
    CHECK_EQ(second[0], first[0]);
    probe_poll(&new, &world, second[0], POLLIN);
    put_byte(first[1]);
    for (int i = 0; i < 5; i++)
        world_wait(&world, 0);
    CHECK_EQ(new.done, 0);
    put_byte(second[1]);
    CHECK_EQ(world_finish(&world, &new), POLLIN);
    close_both(second);
    close(first[1]);
    close(copy);
    world_close(&world);
}

/* Pipe, regular file, the same pipe again, all under one number. */
DRIVER_TEST(a_file_that_comes_back_to_its_number_is_polled_again)
{
    struct world world;
    struct probe probe;
    int ends[2];
    int file = memfd_create("file", MFD_CLOEXEC);
    int copy;

    world_open(&world, 0);
    open_pipe(ends);
    copy = fcntl(ends[0], F_DUPFD_CLOEXEC, 100);
    put_byte(ends[1]);
    probe_poll(&probe, &world, ends[0], POLLIN);
    CHECK_EQ(world_finish(&world, &probe), POLLIN);
    CHECK_EQ(dup3(file, ends[0], O_CLOEXEC), ends[0]);
    probe_poll(&probe, &world, ends[0], POLLIN);
    CHECK_EQ(world_finish(&world, &probe), world_is(&world, "uring") ? POLLIN : -EPERM);
    CHECK_EQ(dup3(copy, ends[0], O_CLOEXEC), ends[0]);
    probe_poll(&probe, &world, ends[0], POLLIN);
    CHECK_EQ(world_finish(&world, &probe), POLLIN);
    close_both(ends);
    close(copy);
    close(file);
    world_close(&world);
}

DRIVER_TEST(a_number_serves_file_after_file)
{
    struct world world;
    struct probe probe;

    world_open(&world, 0);
    for (int i = 0; i < 20; i++) {
        int ends[2];

        open_pipe(ends);
        probe_poll(&probe, &world, ends[0], POLLIN);
        if (i % 2)
            world_wait(&world, 0);
        if (i % 3 == 0) {
            probe_cancel(&probe);
            CHECK_EQ(world_finish(&world, &probe), -ECANCELED);
        } else {
            put_byte(ends[1]);
            CHECK_EQ(world_finish(&world, &probe), POLLIN);
        }
        close_both(ends);
    }
    world_close(&world);
}
