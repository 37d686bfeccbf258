/* What is io_uring's own: system calls per wait, threads, being refused. */
#include <sys/resource.h>
#include <sys/wait.h>

#include "drive/uring.h"

#include "world.h"

static uint64_t count_wait(struct world *world, int64_t deadline_ns)
{
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    world_wait(world, deadline_ns);
    return coil__fault_count(FAULT_SYS);
}

URING_TEST(a_wait_is_one_system_call_for_any_number_of_descriptors)
{
    enum { POLLS = 100 };
    static struct probe probes[POLLS];
    struct world world;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    world_wait(&world, 0);
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    for (int i = 0; i < POLLS; i++)
        probe_poll(&probes[i], &world, ends[0], POLLIN);
    CHECK_EQ(coil__fault_count(FAULT_SYS), 0);
    CHECK_EQ(count_wait(&world, 0), 1);
    CHECK_EQ(count_wait(&world, 0), 0);
    put_byte(ends[1]);
    CHECK_EQ(count_wait(&world, COIL_FOREVER), 1);
    CHECK(world.done >= 16); /* the kernel does some at a time */
    for (int i = 0; i < POLLS; i++)
        world_finish(&world, &probes[i]);
    close_both(ends);
    world_close(&world);
}

static void *poll_once(void *arg)
{
    struct world *world = arg;
    struct probe probe;
    int ends[2];

    open_pipe(ends);
    put_byte(ends[1]);
    probe_poll(&probe, world, ends[0], POLLIN);
    CHECK_EQ(world_finish(world, &probe), POLLIN);
    close_both(ends);
    return NULL;
}

URING_TEST(a_driver_opened_by_one_thread_is_run_by_another)
{
    struct world world;
    pthread_t runner;

    world_open(&world, 0);
    CHECK_EQ(pthread_create(&runner, NULL, poll_once, &world), 0);
    pthread_join(runner, NULL);
    world_close(&world);
}

static void *wait_once(void *world)
{
    world_wait(world, 0);
    return NULL;
}

static bool knows_its_thread(struct driver *driver)
{
    struct uring_driver *self = container_of(driver, struct uring_driver, driver);

    return (self->ring.setup & URING_SETUP_SINGLE_ISSUER) != 0;
}

/* What it says before it dies. */
static size_t hear_two_threads(struct world *world, char *words, size_t size)
{
    struct probe probe;
    pthread_t thread;
    int ends[2], status;
    ssize_t said;
    pid_t child;

    CHECK_EQ(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        wait_once(world);
        probe_poll(&probe, world, ends[0], POLLIN);
        pthread_create(&thread, NULL, wait_once, world);
        pthread_join(thread, NULL);
        _exit(0);
    }
    close(ends[1]);
    said = read(ends[0], words, size);
    close(ends[0]);
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    return said > 0 ? (size_t)said : 0;
}

URING_TEST(a_driver_run_by_two_threads_aborts)
{
    struct world world;
    char words[1000];

    world_open(&world, 0);
    if (!knows_its_thread(world.driver)) {
        world_close(&world);
        SKIP("here the kernel lets any thread enter");
    }
    words[hear_two_threads(&world, words, sizeof(words) - 1)] = '\0';
    CHECK_HAS(words, "run by one thread, then by another");
    world_close(&world);
}

TEST(where_io_uring_is_refused_opening_says_enosys_and_probing_finds_another)
{
    struct driver_options options = {.wake_fd = eventfd(0, EFD_CLOEXEC)};
    struct driver *driver;

    unsetenv("COIL_DRIVER");
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__driver_open("uring", &options, &driver), -ENOSYS);
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(coil__driver_open(NULL, &options, &driver), 0);
    driver->ops->close(driver);
    close(options.wake_fd);
}

URING_TEST(a_ring_that_cannot_be_mapped_now_is_asked_for_again)
{
    struct driver_options options = {.wake_fd = eventfd(0, EFD_CLOEXEC)};
    struct driver *driver;

    for (uint64_t k = 2; k <= 3; k++) {
        coil__fault_arm(FAULT_SYS, k, false);
        CHECK_EQ(coil__driver_open("uring", &options, &driver), 0);
        CHECK(coil__fault_count(FAULT_SYS) > k);
        coil__fault_arm(FAULT_SYS, 0, false);
        driver->ops->close(driver);
    }
    close(options.wake_fd);
}

/* Whom the kernel counts what is locked for. */
static void become_anybody_who_may_lock(rlim_t bytes)
{
    struct rlimit limit = {bytes, bytes};

    CHECK_EQ(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
    if (geteuid() == 0)
        CHECK_EQ(setuid(65534), 0);
}

URING_TEST(where_little_may_be_locked_it_is_enomem_and_what_was_closed_can_be_opened_again)
{
    enum { MOST = 50 };
    struct driver_options options = {.wake_fd = eventfd(0, EFD_CLOEXEC)};
    struct driver *drivers[MOST];
    size_t n = 0;
    int err = 0;

    become_anybody_who_may_lock(1 << 20);
    for (int times = 0; times < 5; times++) {
        for (n = 0; n < MOST && err == 0; n++)
            err = coil__driver_open("uring", &options, &drivers[n]);
        n -= err != 0;
        while (n > 0) {
            n--;
            drivers[n]->ops->close(drivers[n]);
        }
        if (err == 0)
            SKIP("this kernel does not count them");
        CHECK_EQ(err, -ENOMEM);
        err = 0;
        CHECK_EQ(coil__driver_open("uring", &options, &drivers[0]), 0);
        drivers[0]->ops->close(drivers[0]);
    }
    close(options.wake_fd);
}

URING_TEST(an_interrupted_sleep_returns_for_nothing)
{
    struct world world;

    world_open(&world, 0);
    world_wait(&world, world_now(&world) + 1);
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(world_wait(&world, COIL_FOREVER), 0);
    world_close(&world);
}

/* More cancels than the ring has requests, of polls the kernel has. */
URING_TEST(cancels_beyond_the_rings_size_all_arrive)
{
    enum { POLLS = 1000 };
    static struct probe probes[POLLS];
    struct world world;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    for (int i = 0; i < POLLS; i++)
        probe_poll(&probes[i], &world, ends[0], POLLIN);
    world_wait(&world, 0);
    for (int i = 0; i < POLLS; i++)
        probe_cancel(&probes[i]);
    for (int i = 0; i < POLLS; i++)
        CHECK_EQ(world_finish(&world, &probes[i]), -ECANCELED);
    close_both(ends);
    world_close(&world);
}

static void *hammer(void *arg)
{
    struct world *world = arg;

    for (int i = 0; i < 20000; i++)
        wake(world);
    return NULL;
}

/* The kernel ends a wake poll whose completion finds no room; it is asked again. */
URING_TEST(a_wake_is_noticed_after_the_completions_overflowed)
{
    enum { POLLS = 5000 };
    struct probe *probes = calloc(POLLS, sizeof(*probes));
    struct world world;
    pthread_t thread;
    int ends[2];

    world_open(&world, 0);
    open_pipe(ends);
    world_wait(&world, 0);
    put_byte(ends[1]);
    CHECK_EQ(pthread_create(&thread, NULL, hammer, &world), 0);
    for (int round = 0; round < 3; round++) {
        world.done = 0;
        for (int i = 0; i < POLLS; i++)
            probe_poll(&probes[i], &world, ends[0], POLLIN);
        while (world.done < POLLS)
            world_wait(&world, COIL_FOREVER);
    }
    pthread_join(thread, NULL);
    world_wait(&world, world_now(&world) + COIL_MS(1));
    world_wait(&world, world_now(&world) + COIL_MS(1));
    wake(&world);
    CHECK_EQ(world_wait(&world, COIL_FOREVER), 0);
    close_both(ends);
    world_close(&world);
    free(probes);
}
