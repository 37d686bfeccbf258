/* The drivers' contract for polls, on all three. */
#include "world.h"

DRIVER_TEST(a_poll_tells_that_a_pipe_can_be_read)
{
    struct world world;
    struct probe probe;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    put_byte(ends[1]);
    probe_poll(&probe, &world, ends[0], POLLIN);
    CHECK_EQ(probe.done, 0);
    CHECK_EQ(world_finish(&world, &probe), POLLIN);
    close_both(ends);
    world_close(&world);
}

DRIVER_TEST(a_poll_waits_for_a_pipe_to_be_written)
{
    struct world world;
    struct probe probe;
    struct later writer;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    probe_poll(&probe, &world, ends[0], POLLIN);
    world_wait(&world, 0);
    CHECK_EQ(probe.done, 0);
    later(&writer, 5, put_byte_later, &ends[1]);
    CHECK_EQ(world_finish(&world, &probe), POLLIN);
    later_join(&writer);
    close_both(ends);
    world_close(&world);
}

static void drain_later(void *arg)
{
    drain(*(int *)arg);
}

DRIVER_TEST(a_poll_waits_for_room_in_a_pipe)
{
    struct world world;
    struct probe probe;
    struct later reader;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    fill(ends[1]);
    probe_poll(&probe, &world, ends[1], POLLOUT);
    world_wait(&world, 0);
    CHECK_EQ(probe.done, 0);
    later(&reader, 5, drain_later, &ends[0]);
    CHECK_EQ(world_finish(&world, &probe), POLLOUT);
    later_join(&reader);
    close_both(ends);
    world_close(&world);
}

DRIVER_TEST(a_poll_tells_of_hangup_and_error_unasked)
{
    struct world world;
    struct probe reader;
    struct probe writer;
    int ends[2];
    int others[2];

    world_open(&world, 0);
    open_pipe(ends);
    open_pipe(others);
    fill(others[1]);
    probe_poll(&reader, &world, ends[0], POLLIN);
    probe_poll(&writer, &world, others[1], POLLOUT);
    world_wait(&world, 0);
    CHECK_EQ(world.done, 0);
    close(ends[1]);
    close(others[0]);
    CHECK_EQ(world_finish(&world, &reader), POLLHUP);
    CHECK_EQ(world_finish(&world, &writer) & POLLERR, POLLERR);
    close(ends[0]);
    close(others[1]);
    world_close(&world);
}

DRIVER_TEST(a_writer_is_not_told_of_a_half_closed_peer)
{
    struct world world;
    struct probe writer;
    int ends[2];

    world_open(&world, 0);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    fill(ends[0]);
    shutdown(ends[1], SHUT_WR);
    probe_poll(&writer, &world, ends[0], POLLOUT);
    for (int i = 0; i < 5; i++)
        world_wait(&world, 0);
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    world_wait(&world, world_now(&world) + COIL_MS(5));
    CHECK(coil__fault_count(FAULT_SYS) < 5);
    CHECK_EQ(writer.done, 0);
    drain(ends[1]);
    CHECK_EQ(world_finish(&world, &writer), POLLOUT);

    fill(ends[0]);
    probe_poll(&writer, &world, ends[0], POLLOUT);
    for (int i = 0; i < 5; i++)
        world_wait(&world, 0);
    probe_cancel(&writer);
    CHECK_EQ(world_finish(&world, &writer), -ECANCELED);
    close_both(ends);
    world_close(&world);
}

DRIVER_TEST(several_polls_of_one_descriptor_each_get_their_own_event)
{
    struct world world;
    struct probe in[2];
    struct probe out;
    int ends[2];

    world_open(&world, 0);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    fill(ends[0]);
    probe_poll(&in[0], &world, ends[0], POLLIN);
    probe_poll(&out, &world, ends[0], POLLOUT);
    world_wait(&world, 0);
    probe_poll(&in[1], &world, ends[0], POLLIN);
    world_wait(&world, 0);
    CHECK_EQ(world.done, 0);

    put_byte(ends[1]);
    CHECK_EQ(world_finish(&world, &in[0]), POLLIN);
    CHECK_EQ(world_finish(&world, &in[1]), POLLIN);
    world_wait(&world, 0);
    CHECK_EQ(out.done, 0);
    drain(ends[1]);
    CHECK_EQ(world_finish(&world, &out), POLLOUT);
    close_both(ends);
    world_close(&world);
}

DRIVER_TEST(one_of_two_polls_of_a_descriptor_can_be_canceled)
{
    struct world world;
    struct probe first;
    struct probe second;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    probe_poll(&first, &world, ends[0], POLLIN);
    probe_poll(&second, &world, ends[0], POLLIN);
    world_wait(&world, 0);
    probe_cancel(&first);
    CHECK_EQ(world_finish(&world, &first), -ECANCELED);
    CHECK_EQ(second.done, 0);
    put_byte(ends[1]);
    CHECK_EQ(world_finish(&world, &second), POLLIN);
    close_both(ends);
    world_close(&world);
}

DRIVER_TEST(a_poll_of_no_descriptor_fails_with_ebadf)
{
    struct world world;
    struct probe probe;
    int ends[2];

    world_open(&world, 0);
    probe_poll(&probe, &world, -1, POLLIN);
    CHECK_EQ(world_finish(&world, &probe), -EBADF);
    open_pipe(ends);
    close_both(ends);
    probe_poll(&probe, &world, ends[0], POLLIN);
    CHECK_EQ(world_finish(&world, &probe), -EBADF);
    probe_poll(&probe, &world, 1 << 20, POLLIN);
    CHECK_EQ(world_finish(&world, &probe), -EBADF);
    world_close(&world);
}

DRIVER_TEST(a_poll_of_a_regular_file_fails_with_eperm_or_is_ready)
{
    struct world world;
    struct probe probe;
    int file = memfd_create("file", MFD_CLOEXEC);

    world_open(&world, 0);
    probe_poll(&probe, &world, file, POLLIN);
    CHECK_EQ(world_finish(&world, &probe), world_is(&world, "uring") ? POLLIN : -EPERM);
    close(file);
    world_close(&world);
}
