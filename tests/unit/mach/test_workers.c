#include "mach/workers.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <coil/result.h>

#include "mach/clock.h"
#include "mach/switch.h"
#include "mach/thread.h"

#include <kit.h>

static uint32_t done;
static uint32_t gate;

static void count(struct mach_work *work)
{
    (void)work;
    __atomic_add_fetch(&done, 1, __ATOMIC_ACQ_REL);
    coil__mach_futex_wake(&done, 1);
}

/* Waits until `n` works are done; false after some seconds. */
static bool done_reaches(uint32_t n)
{
    int64_t deadline = mach_now() + COIL_SECONDS(10) * kit_slowness();
    uint32_t seen;

    while ((seen = __atomic_load_n(&done, __ATOMIC_ACQUIRE)) < n) {
        if (coil__mach_futex_wait(&done, seen, deadline) == -ETIMEDOUT)
            return false;
    }
    return seen == n;
}

static void wait_at_gate(struct mach_work *work)
{
    while (__atomic_load_n(&gate, __ATOMIC_ACQUIRE) == 0)
        coil__mach_futex_wait(&gate, 0, COIL_FOREVER);
    count(work);
}

static void open_gate(void)
{
    __atomic_store_n(&gate, 1, __ATOMIC_RELEASE);
    coil__mach_futex_wake(&gate, 1000);
}

/* Threads of this process. */
static unsigned threads(void)
{
    FILE *file = fopen("/proc/self/stat", "r");
    char text[1024];
    unsigned n = 0;

    CHECK(file != NULL);
    CHECK(fgets(text, sizeof(text), file) != NULL);
    fclose(file);
    CHECK_EQ(sscanf(strrchr(text, ')'),
                    ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %u", &n),
             1);
    return n;
}

static void do_nothing(void *arg)
{
    (void)arg;
}

/* The same before any worker, but after a sanitizer has started what it starts with the first
 * thread. */
static unsigned other_threads(void)
{
    struct mach_thread thread;

    CHECK_EQ(coil__mach_thread_start(&thread, do_nothing, NULL, "first", 0), 0);
    coil__mach_thread_join(&thread);
    return threads();
}

TEST(work_is_done_once_and_elsewhere)
{
    enum { N = 2000 };
    static struct mach_work works[N];

    for (int i = 0; i < N; i++) {
        works[i].run = count;
        CHECK_EQ(coil__mach_workers_submit(&works[i]), 0);
    }
    CHECK(done_reaches(N));
    usleep(2000);
    CHECK_EQ(done, N);
}

TEST(works_that_block_do_not_block_each_other_until_the_limit)
{
    enum { N = 100 };
    static struct mach_work works[N];
    unsigned before = other_threads();
    unsigned limit = (unsigned)coil__mach_ncpu() + 4 < 32 ? (unsigned)coil__mach_ncpu() + 4 : 32;

    for (int i = 0; i < N; i++) {
        works[i].run = wait_at_gate;
        CHECK_EQ(coil__mach_workers_submit(&works[i]), 0);
    }
    while (threads() - before < limit) /* each calls the next one */
        usleep(1000);
    usleep(5000);
    CHECK_EQ(threads() - before, limit);
    open_gate();
    CHECK(done_reaches(N));
}

TEST(a_full_pool_delays_no_other)
{
    enum { N = 100 };
    static struct mach_work works[N];
    struct mach_work name = {.run = count, .pool = MACH_POOL_NAMES};
    struct mach_work file = {.run = count, .pool = MACH_POOL_FILES};

    for (int i = 0; i < N; i++) {
        works[i].run = wait_at_gate;
        CHECK_EQ(coil__mach_workers_submit(&works[i]), 0);
    }
    CHECK_EQ(coil__mach_workers_submit(&name), 0);
    CHECK_EQ(coil__mach_workers_submit(&file), 0);
    CHECK(done_reaches(2));
    open_gate();
    CHECK(done_reaches(N + 2));
}

TEST(work_that_has_not_begun_is_withdrawn)
{
    enum { N = 100 };
    static struct mach_work works[N];
    uint32_t left = 0;

    for (int i = 0; i < N; i++) {
        works[i].run = wait_at_gate;
        CHECK_EQ(coil__mach_workers_submit(&works[i]), 0);
    }
    for (int i = 0; i < N; i++)
        if (i % 2 == 0 || i == N - 1)
            left += coil__mach_workers_withdraw(&works[i]) ? 0 : 1;
        else
            left++;
    CHECK(left < N - 10);
    CHECK(!coil__mach_workers_withdraw(&works[N - 1]));
    CHECK_EQ(coil__mach_workers_submit(&works[N - 1]), 0);
    open_gate();
    CHECK(done_reaches(left + 1));
}

static void submit_brisk(struct mach_pool *pool, struct mach_work *works, int n)
{
    for (int i = 0; i < n; i++) {
        works[i] = (struct mach_work){.run = count};
        CHECK_EQ(coil__mach_pool_submit(pool, &works[i]), 0);
    }
}

TEST(among_many_short_works_a_long_one_holds_up_nobody)
{
    enum { N = 20000, ROUNDS = 20 };
    static struct mach_pool pool = {.name = "brisk", .limit = 3};
    static struct mach_work works[2 * N], slow[ROUNDS];
    uint32_t all = 0;

    coil__mach_pool_init(&pool);
    for (int i = 0; i < ROUNDS; i++) {
        submit_brisk(&pool, works, N);
        slow[i] = (struct mach_work){.run = wait_at_gate};
        CHECK_EQ(coil__mach_pool_submit(&pool, &slow[i]), 0);
        submit_brisk(&pool, works + N, N);
        CHECK(done_reaches(all += 2 * N)); /* though the slow one still runs */
        open_gate();
        CHECK(done_reaches(++all));
        __atomic_store_n(&gate, 0, __ATOMIC_RELEASE);
    }
    CHECK(coil__mach_pool_refuse(&pool) == NULL);
    CHECK(coil__mach_pool_wait_quiet(&pool, COIL_FOREVER));
    coil__mach_pool_close(&pool);
    CHECK_EQ(pool.threads, 0);
}

TEST(one_after_the_other_needs_one_thread)
{
    unsigned before = other_threads();

    for (uint32_t i = 0; i < 50; i++) {
        static struct mach_work work = {.run = count};

        CHECK_EQ(coil__mach_workers_submit(&work), 0);
        CHECK(done_reaches(i + 1));
        usleep(1000); /* it goes to sleep again */
    }
    CHECK(threads() - before <= 2);
}

SLOW_TEST(idle_threads_end, 60)
{
    struct mach_work work = {.run = count};
    unsigned before = other_threads();

    CHECK_EQ(coil__mach_workers_submit(&work), 0);
    CHECK(done_reaches(1));
    CHECK_EQ(threads(), before + 1);
    for (int i = 0; i < 200 && threads() > before; i++)
        usleep(50000);
    CHECK_EQ(threads(), before);
    CHECK_EQ(coil__mach_workers_submit(&work), 0);
    CHECK(done_reaches(2));
}

TEST(a_child_starts_with_workers_of_its_own)
{
    static struct mach_work parents[100];
    struct mach_work work = {.run = count};
    int status = 0;
    pid_t child;

#if defined(MACH_TSAN) || defined(MACH_ASAN)
    SKIP("a child of a process with threads may not make its own under a sanitizer");
#endif
    if (kit_under_valgrind())
        SKIP("the child leaves its parent's workers behind, which valgrind calls a leak");
    for (int i = 0; i < 100; i++) {
        parents[i].run = wait_at_gate;
        CHECK_EQ(coil__mach_workers_submit(&parents[i]), 0);
    }
    child = fork();
    if (child == 0) {
        bool worked = coil__mach_workers_submit(&work) == 0 && done_reaches(1);

        usleep(2000);
        _exit(worked && done == 1 ? 7 : 8);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(WEXITSTATUS(status), 7);
    open_gate();
    CHECK(done_reaches(100));
}

TEST(the_end_of_the_process_waits_for_nobody)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        struct mach_work work = {.run = wait_at_gate};

        coil__mach_workers_submit(&work);
        exit(7);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(WEXITSTATUS(status), 7);
}
