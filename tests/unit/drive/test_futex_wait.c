/* Words in memory: by the ring, and by threads where it does not know them. */
#include "world.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "drive/futex_wait.h"
#include "mach/sys.h"

enum { MANY = 1000, STORM = 64 };

static struct probe probes[MANY];
static uint32_t word;

static void begin_wait(struct probe *probe, struct world *world, const uint32_t *on)
{
    struct op *op = probe_op(probe, world, OP_FUTEX, -1);

    op->futex.word = on;
    op->futex.expected = 0;
    probe_go(probe);
}

/* Wakes until so many slept that were told of it. */
static void wake_so_many(struct world *world, const uint32_t *on, int n)
{
    while (n > 0) {
        int woken = coil__sys_futex_wake_shared(on, n);

        CHECK(woken >= 0 && woken <= n);
        n -= woken;
        world_wait(world, 0);
    }
}

static void wakes(struct world *world)
{
    struct probe probe;

    begin_wait(&probe, world, &word);
    settle(world);
    CHECK_EQ(probe.done, 0);
    wake_so_many(world, &word, 1);
    CHECK_EQ(world_finish(world, &probe), 0);
}

/* The canceled one takes no wake-up with it. */
static void cancels(struct world *world)
{
    struct probe canceled;
    struct probe other;

    begin_wait(&canceled, world, &word);
    settle(world);
    begin_wait(&other, world, &word);
    settle(world);
    probe_cancel(&canceled);
    CHECK_EQ(world_finish(world, &canceled), -ECANCELED);
    while (!other.done) { /* an old kernel's cancel has woken it for nothing */
        CHECK(coil__sys_futex_wake_shared(&word, 1) <= 1);
        world_wait(world, 0);
    }
    CHECK_EQ(other.op.result, 0);
    CHECK_EQ(coil__sys_futex_wake_shared(&word, INT_MAX), 0);
}

DRIVER_TEST(a_word_that_is_woken_ends_the_wait)
{
    struct world world;

    world_open(&world, 0);
    wakes(&world);
    world_close(&world);
}

DRIVER_TEST(a_word_that_differs_is_told_at_once)
{
    struct world world;
    struct probe probe;
    struct op *op = probe_op(&probe, &world, OP_FUTEX, -1);
    uint32_t seven = 7;

    world_open(&world, 0);
    op->futex.word = &seven;
    op->futex.expected = 8;
    CHECK_EQ(world.driver->ops->attempt(world.driver, op), FUTEX_DIFFERS);
    CHECK_EQ(probe_run(&probe), FUTEX_DIFFERS);
    op = probe_op(&probe, &world, OP_FUTEX, -1);
    op->futex.word = &seven;
    op->futex.expected = 7;
    CHECK_EQ(world.driver->ops->attempt(world.driver, op), -EAGAIN);
    world_close(&world);
}

DRIVER_TEST(a_canceled_wait_takes_no_wake_up_with_it)
{
    struct world world;

    world_open(&world, 0);
    cancels(&world);
    world_close(&world);
}

DRIVER_TEST(a_wait_canceled_before_the_kernel_knows_of_it_ends)
{
    struct world world;
    struct probe probe;

    world_open(&world, 0);
    begin_wait(&probe, &world, &word);
    probe_cancel(&probe);
    CHECK_EQ(world_finish(&world, &probe), -ECANCELED);
    CHECK_EQ(coil__sys_futex_wake_shared(&word, INT_MAX), 0);
    world_close(&world);
}

DRIVER_TEST(memory_that_is_not_there_is_told)
{
    struct world world;
    struct probe probe;
    void *gone = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    world_open(&world, 0);
    begin_wait(&probe, &world, gone);
    CHECK_EQ(world_finish(&world, &probe), -EFAULT);
    munmap(gone, 4096);
    world_close(&world);
}

static void wait_in_child(uint32_t *shared)
{
    __atomic_store_n(&shared[1], 1, __ATOMIC_SEQ_CST); /* here we are */
    while (__atomic_load_n(&shared[0], __ATOMIC_SEQ_CST) == 0)
        syscall(SYS_futex, &shared[0], FUTEX_WAIT, 0, NULL, NULL, 0);
    __atomic_store_n(&shared[2], 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &shared[2], FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    _exit(0);
}

/* Either process wakes the other, which has the word elsewhere and does not know of us. */
DRIVER_TEST(a_word_is_shared_with_another_process)
{
    uint32_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct world world;
    struct probe probe;
    pid_t child = fork();

    if (child == 0)
        wait_in_child(shared);
    world_open(&world, 0);
    begin_wait(&probe, &world, &shared[2]);
    settle(&world);
    CHECK_EQ(probe.done, 0);
    __atomic_store_n(&shared[0], 1, __ATOMIC_SEQ_CST);
    coil__sys_futex_wake_shared(&shared[0], INT_MAX);
    CHECK(world_finish(&world, &probe) >= 0);
    CHECK_EQ(__atomic_load_n(&shared[2], __ATOMIC_SEQ_CST), 1);
    CHECK_EQ(waitpid(child, NULL, 0), child);
    munmap(shared, 4096);
    world_close(&world);
}

static void run_nothing(struct op_call *block)
{
    (void)block;
}

/* Calls and files have their threads all the same. */
static void work_goes_on(struct world *world)
{
    struct op_call block = {.run = run_nothing, .free = run_nothing};
    struct stat about;
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_CALL, -1);

    op->call.block = &block;
    CHECK_EQ(probe_run(&probe), 0);
    op = probe_op(&probe, world, OP_STAT, -1);
    op->stat.path = "/";
    op->stat.out = &about;
    CHECK_EQ(probe_run(&probe), 0);
}

/* Wakes the rest one by one; true if as many were told of it as were woken in all. */
static bool wake_the_rest(struct world *world, int count, int given)
{
    int taken = 0;

    while (world->driver->out > 0) {
        given += coil__sys_futex_wake_shared(&word, 1);
        world_wait(world, 0);
    }
    for (int i = 0; i < count; i++) {
        CHECK(probes[i].op.result == 0 || probes[i].op.result == -ECANCELED);
        taken += probes[i].op.result == 0;
    }
    return taken == given;
}

DRIVER_TEST(a_thousand_wait_and_keep_nobody_waiting)
{
    int count = kit_under_valgrind() ? 100 : MANY; /* it has so many threads only */
    struct world world;

    world_open(&world, 0);
    for (int i = 0; i < count; i++)
        begin_wait(&probes[i], &world, &word);
    settle(&world);
    work_goes_on(&world);
    wake_so_many(&world, &word, count / 2);
    for (int i = 0; i < count; i += 2)
        if (probes[i].op.state == OP_LENT)
            probe_cancel(&probes[i]);
    CHECK(wake_the_rest(&world, count, count / 2) || kit_under_valgrind());
    world_close(&world);
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* As many are told that they were woken as the kernel says it has woken; whom a cancel and a
 * wake-up meet at the same time has one of the two. */
static void storm(struct world *world, uint64_t seed)
{
    int given = 0;

    for (int i = 0; i < STORM; i++)
        begin_wait(&probes[i], world, &word);
    for (int step = 0; step < STORM; step++) {
        size_t i = next_random(&seed) % STORM;

        if (next_random(&seed) % 2)
            given += coil__sys_futex_wake_shared(&word, 1 + (int)(next_random(&seed) % 3));
        if (probes[i].op.state == OP_LENT)
            probe_cancel(&probes[i]);
        if (next_random(&seed) % 2)
            given += coil__sys_futex_wake_shared(&word, 1);
        world_wait(world, 0);
    }
    CHECK(wake_the_rest(world, STORM, given));
}

DRIVER_TEST(in_a_storm_of_wakes_and_cancels_no_wake_up_is_lost)
{
    struct world world;

    if (kit_under_valgrind())
        SKIP("valgrind does not know how to wait for two words");
    for (int round = 0; round < kit_effort(50); round++) {
        world_open(&world, 0);
        storm(&world, (uint64_t)round);
        world_close(&world);
    }
}

static void on_the_ring_without_futexes(void (*body)(struct world *world))
{
    struct world world;

    setenv("COIL_URING_WITHOUT", "futex_wait", 1);
    world_open(&world, 0);
    body(&world);
    world_close(&world);
}

URING_TEST(a_ring_that_does_not_know_words_leaves_them_to_threads)
{
    on_the_ring_without_futexes(wakes);
    on_the_ring_without_futexes(cancels);
    on_the_ring_without_futexes(work_goes_on);
}

static void storm_of_threads(struct world *world)
{
    for (int round = 0; round < kit_effort(20); round++)
        storm(world, (uint64_t)round);
}

URING_TEST(a_ring_without_words_loses_no_wake_up_either)
{
    on_the_ring_without_futexes(storm_of_threads);
}

/* Linux before 5.16 sleeps on one word only. */
DRIVER_TEST(an_old_kernel_cancels_by_waking)
{
    struct world world;

    coil__futex_old_kernel = true;
    setenv("COIL_URING_WITHOUT", "futex_wait", 1);
    world_open(&world, 0);
    wakes(&world);
    for (int i = 0; i < 20; i++)
        cancels(&world);
    for (int i = 0; i < STORM; i++)
        begin_wait(&probes[i], &world, &word);
    settle(&world);
    for (int i = 0; i < STORM; i++)
        if (probes[i].op.state == OP_LENT)
            probe_cancel(&probes[i]);
    wake_the_rest(&world, STORM, 0);
    world_close(&world);
}

DRIVER_TEST(without_a_thread_the_wait_says_enomem)
{
    struct world world;
    struct probe probe;

    setenv("COIL_URING_WITHOUT", "futex_wait", 1);
    world_open(&world, 0);
    coil__fault_arm(FAULT_SYS, 1, true);
    begin_wait(&probe, &world, &word);
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(world_finish(&world, &probe), -ENOMEM);
    begin_wait(&probe, &world, &word);
    settle(&world);
    wake_so_many(&world, &word, 1);
    CHECK_EQ(world_finish(&world, &probe), 0);
    world_close(&world);
}
