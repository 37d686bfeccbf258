/* The drivers' contract for done, wake and time, on all three; the choice of a driver; misuse. */
#include "world.h"

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
    while (rounds) {
        world_wait(&world, COIL_FOREVER);
        waits++;
    }
    CHECK_EQ(world.done, 5);
    CHECK(waits >= 5);
    rounds = 5;
    probe_init(&probe, &world);
    probe.op.fd = -1; /* ends as soon as it is submitted */
    probe.then = submit_again;
    probe.arg = &rounds;
    coil__drive_submit(world.driver, &probe.op);
    waits = 0;
    while (rounds) {
        world_wait(&world, COIL_FOREVER);
        waits++;
    }
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
    CHECK_EQ(world.done, PIPES);
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

/* A look may leave the wake to the next sleep, so that two ends of wait for one wake are right, and
 * a hundred not. */
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

/* Who brought the result of a poll that is answered, when the loop's clock has gone on so far. */
static unsigned came_after(struct world *world, int ticks)
{
    struct probe probe;
    int ends[2];

    open_pipe(ends);
    probe_poll(&probe, world, ends[0], POLLIN);
    world_wait(world, 0);
    world->driver->tick = (uint8_t)(world->driver->tick + ticks);
    world->driver->came = 0;
    CHECK_EQ(write(ends[1], "x", 1), 1);
    world_finish(world, &probe);
    close_both(ends);
    return world->driver->came;
}

DRIVER_TEST(an_answer_is_what_comes_soon_after_it_was_asked_for)
{
    struct world world;

    world_open(&world, 0);
    for (int i = 0; i < 300; i++) { /* the clock begins anew meanwhile */
        CHECK_EQ(came_after(&world, 0), CAME_ANSWER);
        CHECK_EQ(came_after(&world, ANSWER_TICKS), CAME_ANSWER);
        CHECK_EQ(came_after(&world, ANSWER_TICKS + 1), CAME_OTHER);
    }
    world_close(&world);
}

DRIVER_TEST(who_connects_answers_nothing)
{
    struct world world;
    struct sockaddr_in address;
    struct probe probe;
    int listener;
    int ends[2];

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    ends[0] = make_socket(&world, AF_INET, SOCK_STREAM);
    probe_init(&probe, &world);
    probe_op(&probe, &world, OP_ACCEPT, listener);
    probe_go(&probe);
    CHECK_EQ(do_connect(&world, ends[0], &address, sizeof(address)), 0);
    ends[1] = (int)world_finish(&world, &probe);
    CHECK(ends[1] >= 0);
    CHECK_EQ(world.driver->came, CAME_OTHER | CAME_ANSWER); /* the connect was answered */
    world_shut_both(&world, ends);
    world_shut(&world, listener);
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
    probe.op.fd = ends[0];
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
