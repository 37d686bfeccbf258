/* The drivers' contract, claim by claim, on all three. */
#include "world.h"

/* --- polls --- */

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

static void write_later(void *arg)
{
    put_byte(*(int *)arg);
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
    later(&writer, 5, write_later, &ends[1]);
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

/* --- descriptors closed under a poll --- */

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

/* The old file lives on by its copy, and what is known of it under the old number must not reach the new file's poll. */
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

/* --- cancel --- */

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
        later(&writer, 0, write_later, &ends[1]);
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

/* --- done --- */

static void submit_again(struct probe *probe)
{
    int *rounds = probe->arg;

    if (--*rounds == 0)
        return;
    probe->done = 0;
    coil__drive_submit(probe->world->driver, &probe->op);
}

DRIVER_TEST(done_may_submit_the_op_again_and_one_wait_does_not_go_on_for_ever)
{
    struct world world;
    struct probe probe;
    int rounds = 5;
    int waits = 0;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    put_byte(ends[1]);
    probe_poll(&probe, &world, ends[0], POLLIN);
    probe.then = submit_again;
    probe.arg = &rounds;
    for (; rounds; waits++)
        world_wait(&world, COIL_FOREVER);
    CHECK_EQ(world.done, 5);
    CHECK(waits >= 5);
    rounds = 5;
    probe_init(&probe, &world);
    probe.op.poll.fd = -1; /* ends as soon as it is submitted */
    probe.then = submit_again;
    probe.arg = &rounds;
    coil__drive_submit(world.driver, &probe.op);
    for (waits = 0; rounds; waits++)
        world_wait(&world, COIL_FOREVER);
    CHECK_EQ(waits, 5);
    close_both(ends);
    world_close(&world);
}

DRIVER_TEST(ten_thousand_ops_are_out_and_all_are_done)
{
    enum { OPS = 10000 };
    struct probe *probes = calloc(OPS, sizeof(*probes));
    struct world world;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    for (int i = 0; i < OPS; i++)
        probe_poll(&probes[i], &world, ends[0], POLLIN);
    world_wait(&world, 0);
    CHECK_EQ(world.done, 0);
    CHECK_EQ(world.driver->out, OPS);
    for (int i = 0; i < OPS; i += 3)
        probe_cancel(&probes[i]);
    put_byte(ends[1]);
    while (world.done < OPS)
        world_wait(&world, COIL_FOREVER);
    for (int i = 0; i < OPS; i++) {
        CHECK_EQ(probes[i].done, 1);
        if (i % 3)
            CHECK_EQ(probes[i].op.result, POLLIN);
        else
            CHECK(probes[i].op.result == -ECANCELED || probes[i].op.result == POLLIN);
    }
    CHECK_EQ(world.driver->out, 0);
    CHECK_EQ(world.driver->submitted, OPS);
    CHECK_EQ(world.driver->canceled, (OPS + 2) / 3);
    close_both(ends);
    world_close(&world);
    free(probes);
}

DRIVER_TEST(many_descriptors_are_polled_at_once)
{
    enum { PIPES = 450 };
    static int ends[PIPES][2];
    static struct probe probes[PIPES];
    struct world world;

    world_open(&world, 0);
    for (int i = 0; i < PIPES; i++) {
        open_pipe(ends[i]);
        probe_poll(&probes[i], &world, ends[i][0], POLLIN);
    }
    world_wait(&world, 0);
    for (int i = 0; i < PIPES; i++)
        put_byte(ends[i][1]);
    for (int i = 0; i < PIPES; i++)
        CHECK_EQ(world_finish(&world, &probes[i]), POLLIN);
    for (int i = 0; i < PIPES; i++)
        close_both(ends[i]);
    world_close(&world);
}

/* --- wake --- */

static void wake_later(void *arg)
{
    wake(arg);
}

DRIVER_TEST(a_wake_from_another_thread_ends_wait)
{
    struct world world;

    world_open(&world, 0);
    for (int i = 0; i < 5; i++) {
        struct later waker;

        later(&waker, 2, wake_later, &world);
        CHECK_EQ(world_wait(&world, COIL_FOREVER), 0);
        later_join(&waker);
    }
    world_close(&world);
}

DRIVER_TEST(a_wake_before_wait_is_not_lost)
{
    struct world world;

    world_open(&world, 0);
    wake(&world);
    CHECK_EQ(world_wait(&world, COIL_FOREVER), 0);
    for (int i = 0; i < 5; i++) {
        world_wait(&world, 0);
        wake(&world);
        CHECK_EQ(world_wait(&world, COIL_FOREVER), 0);
    }
    world_close(&world);
}

/* A look may leave the wake to the next sleep, so that two ends of wait for one wake are right, and a hundred not. */
DRIVER_TEST(a_wake_ends_one_wait_although_wake_fd_is_never_read)
{
    struct world world;
    int64_t deadline;
    int early = 0;

    world_open(&world, 0);
    wake(&world);
    world_wait(&world, COIL_FOREVER);
    deadline = world_now(&world) + COIL_MS(20);
    while (world_now(&world) < deadline && early < 100) {
        world_wait(&world, deadline);
        early++;
    }
    CHECK(early <= 2);
    world_close(&world);
}

/* --- time --- */

DRIVER_TEST(wait_does_not_end_before_its_deadline)
{
    struct world world;

    world_open(&world, 0);
    for (int64_t ns = 1; ns < COIL_MS(4); ns = ns * 3 + 7) {
        int64_t deadline = world_now(&world) + ns;

        world_wait(&world, deadline);
        CHECK(world_now(&world) >= deadline);
        if (world_is(&world, "sim"))
            CHECK_EQ(world_now(&world), deadline);
    }
    world_close(&world);
}

DRIVER_TEST(wait_with_a_deadline_that_has_passed_only_looks)
{
    struct world world;
    struct probe probe;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    probe_poll(&probe, &world, ends[0], POLLIN);
    world_wait(&world, world_now(&world) - COIL_SECONDS(1));
    world_wait(&world, 0);
    world_wait(&world, INT64_MIN);
    CHECK_EQ(probe.done, 0);
    put_byte(ends[1]);
    world_wait(&world, 0);
    CHECK_EQ(probe.done, 1);
    close_both(ends);
    world_close(&world);
}

DRIVER_TEST(a_look_makes_no_system_call_when_nothing_is_out_and_one_otherwise)
{
    struct world world;
    struct probe probe;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    probe_poll(&probe, &world, ends[0], POLLIN);
    probe_cancel(&probe);
    world_finish(&world, &probe);
    world_wait(&world, world_now(&world) + 1);
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    for (int i = 0; i < 100; i++)
        world_wait(&world, 0);
    CHECK_EQ(coil__fault_count(FAULT_SYS), 0);

    probe_poll(&probe, &world, ends[0], POLLIN);
    world_wait(&world, 0);
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    for (int i = 0; i < 100; i++)
        world_wait(&world, 0);
    CHECK_EQ(coil__fault_count(FAULT_SYS), world_is(&world, "uring") ? 0 : 100);
    coil__fault_arm(FAULT_SYS, 0, false);
    probe_cancel(&probe);
    world_finish(&world, &probe);
    close_both(ends);
    world_close(&world);
}

/* --- attempt, choice, misuse --- */

DRIVER_TEST(an_attempt_tells_what_is_so_now_or_eagain)
{
    struct world world;
    struct probe probe;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    probe_init(&probe, &world);
    probe.op.poll.fd = ends[0];
    probe.op.poll.events = POLLIN;
    CHECK_EQ(world.driver->ops->attempt(world.driver, &probe.op), -EAGAIN);
    put_byte(ends[1]);
    CHECK_EQ(world.driver->ops->attempt(world.driver, &probe.op), POLLIN);
    close_both(ends);
    CHECK_EQ(world.driver->ops->attempt(world.driver, &probe.op), -EBADF);
    CHECK_EQ(world.driver->out, 0);
    world_close(&world);
}

TEST(a_driver_of_unknown_name_is_refused)
{
    struct driver_options options = {.wake_fd = eventfd(0, EFD_CLOEXEC)};
    struct driver *driver = NULL;

    CHECK_EQ(coil__driver_open("kqueue", &options, &driver), -ENOSYS);
    setenv("COIL_DRIVER", "kqueue", 1);
    CHECK_EQ(coil__driver_open(NULL, &options, &driver), -ENOSYS);
    CHECK_PTR(driver, NULL);
    close(options.wake_fd);
}

TEST(the_name_given_goes_before_the_environment_and_that_before_probing)
{
    struct driver_options options = {.wake_fd = eventfd(0, EFD_CLOEXEC)};
    struct driver *driver;

    setenv("COIL_DRIVER", "sim", 1);
    CHECK_EQ(coil__driver_open("epoll", &options, &driver), 0);
    CHECK_STR(driver->ops->name, "epoll");
    driver->ops->close(driver);
    CHECK_EQ(coil__driver_open(NULL, &options, &driver), 0);
    CHECK_STR(driver->ops->name, "sim");
    driver->ops->close(driver);
    unsetenv("COIL_DRIVER");
    CHECK_EQ(coil__driver_open(NULL, &options, &driver), 0);
    CHECK(strcmp(driver->ops->name, "sim") != 0);
    driver->ops->close(driver);
    close(options.wake_fd);
}

FAIL_TEST(submitting_an_op_that_is_out_aborts, "is submitted that is out already")
{
    struct world world;
    struct probe probe;

    world_open(&world, 0);
    probe_poll(&probe, &world, STDIN_FILENO, POLLIN);
    coil__drive_submit(world.driver, &probe.op);
}

FAIL_TEST(canceling_an_op_that_is_not_out_aborts, "is canceled that is not out")
{
    struct world world;
    struct probe probe;

    world_open(&world, 0);
    probe_init(&probe, &world);
    probe_cancel(&probe);
}

FAIL_TEST(closing_with_an_op_out_aborts, "is closed with 1 operations out")
{
    struct world world;
    struct probe probe;

    world_open(&world, 0);
    probe_poll(&probe, &world, STDIN_FILENO, POLLIN);
    world_close(&world);
}
