/* A thread that has taken several works at a time, and is held up by one of them, holds up none of
 * the others: whoever would do them, does. */
#include <sched.h>
#include <semaphore.h>

#include <coil/result.h>

#include "kit.h"
#include "mach/clock.h"
#include "mach/thread.h"
#include "mach/workers.h"

enum { SHORT = 1000, BEHIND = 20, ROUNDS = 20 };

static struct mach_pool pool = {.name = "idle", .limit = 2};
static struct mach_work works[SHORT + 1 + BEHIND];
static struct word done;
static sem_t begun, go_on;

static void count(struct mach_work *work)
{
    (void)work;
    word_add(&done, 1);
    coil__mach_futex_wake(word_futex(&done), 1);
}

static void hold(struct mach_work *work)
{
    sem_post(&begun);
    while (sem_wait(&go_on) != 0)
        ;
    count(work);
}

static void hold_and_say_so(struct mach_work *work)
{
    CHECK_EQ(coil__mach_worker_waits(), 0);
    hold(work);
    coil__mach_worker_goes_on();
}

static void wait_for(uintptr_t n)
{
    int64_t deadline = mach_now() + COIL_SECONDS(20) * kit_slowness();
    uintptr_t seen;

    while ((seen = word_load(&done)) < n) {
        CHECK(mach_now() < deadline);
        coil__mach_futex_wait(word_futex(&done), (uint32_t)seen, deadline);
    }
    CHECK_EQ(seen, n);
}

static void open_pool(unsigned limit)
{
    sem_init(&begun, 0, 0);
    sem_init(&go_on, 0, 0);
    pool.limit = limit;
    coil__mach_pool_init(&pool);
}

/* So many short ones that they are taken by the dozen, one of another kind, some more. */
static void submit_all(void (*held)(struct mach_work *work))
{
    word_store(&done, 0);
    for (int i = 0; i < SHORT + 1 + BEHIND; i++) {
        works[i] = (struct mach_work){.run = i == SHORT ? held : count};
        CHECK_EQ(coil__mach_pool_submit(&pool, &works[i]), 0);
    }
    while (sem_wait(&begun) != 0)
        ;
}

static void let_go(void)
{
    sem_post(&go_on);
    wait_for(SHORT + 1 + BEHIND);
}

static void close_pool(void)
{
    CHECK(coil__mach_pool_refuse(&pool) == NULL);
    coil__mach_pool_close(&pool);
}

TEST(what_was_taken_with_a_long_one_is_done_by_an_idle_thread)
{
    open_pool(2);
    for (int round = 0; round < ROUNDS; round++) {
        submit_all(hold);
        wait_for(SHORT + BEHIND);
        let_go();
    }
    close_pool();
}

static struct word kept_busy; /* 2: shall be, 1: shall end, 0: has */

/* There is always one more of it. */
static void again(struct mach_work *work)
{
    if (word_load(&kept_busy) == 2)
        CHECK_EQ(coil__mach_pool_submit(&pool, work), 0);
    else
        word_store(&kept_busy, 0);
}

TEST(what_was_taken_with_a_long_one_is_done_by_others_that_are_never_idle)
{
    struct mach_work busy = {.run = again};

    open_pool(2);
    for (int round = 0; round < ROUNDS; round++) {
        word_store(&kept_busy, 2);
        submit_all(hold);
        CHECK_EQ(coil__mach_pool_submit(&pool, &busy), 0);
        wait_for(SHORT + BEHIND);
        word_store(&kept_busy, 1);
        while (word_load(&kept_busy) != 0)
            sched_yield();
        let_go();
    }
    close_pool();
}

static void hold_release(struct mach_work *work)
{
    (void)work;
    sem_post(&begun);
    while (sem_wait(&go_on) != 0)
        ;
}

TEST(a_release_that_takes_long_holds_up_nobody)
{
    struct mach_work one = {.run = count};
    struct mach_work held = {.run = count, .release = hold_release};

    open_pool(2);
    word_store(&done, 0);
    for (uintptr_t i = 1; i <= SHORT; i++) { /* one after the other: it looks before it sleeps */
        CHECK_EQ(coil__mach_pool_submit(&pool, &one), 0);
        wait_for(i);
    }
    CHECK_EQ(coil__mach_pool_submit(&pool, &held), 0);
    while (sem_wait(&begun) != 0)
        ;
    CHECK_EQ(coil__mach_pool_submit(&pool, &one), 0);
    wait_for(SHORT + 2);
    sem_post(&go_on);
    close_pool();
}

TEST(what_was_taken_with_one_that_waits_is_done_by_the_thread_in_its_place)
{
    open_pool(1);
    for (int round = 0; round < ROUNDS; round++) {
        submit_all(hold_and_say_so);
        wait_for(SHORT + BEHIND);
        let_go();
    }
    close_pool();
}

TEST(what_was_taken_with_a_long_one_can_be_withdrawn)
{
    open_pool(1);
    for (int round = 0; round < ROUNDS; round++) {
        submit_all(hold);
        for (int i = SHORT + 1; i < SHORT + 1 + BEHIND; i++)
            CHECK(coil__mach_pool_withdraw(&pool, &works[i]));
        CHECK(!coil__mach_pool_withdraw(&pool, &works[SHORT]));
        CHECK_EQ(coil__mach_pool_works(&pool), 1);
        sem_post(&go_on);
        wait_for(SHORT + 1);
    }
    close_pool();
}

TEST(what_was_taken_with_a_long_one_is_handed_back_in_order)
{
    struct mach_work *work;

    open_pool(1);
    submit_all(hold);
    CHECK_EQ(coil__mach_pool_works(&pool), 1 + BEHIND);
    work = coil__mach_pool_refuse(&pool);
    for (int i = SHORT + 1; i < SHORT + 1 + BEHIND; i++, work = work->next)
        CHECK(work == &works[i]);
    CHECK(work == NULL);
    sem_post(&go_on);
    wait_for(SHORT + 1);
    coil__mach_pool_close(&pool);
}

static struct mach_work *running;

static void note(struct mach_work *work, int64_t since_ns, void *n)
{
    CHECK(since_ns > 0);
    ++*(int *)n;
    running = work;
}

TEST(of_what_was_taken_the_one_that_runs_is_shown)
{
    int n = 0;

    open_pool(1);
    submit_all(hold);
    coil__mach_pool_each_running(&pool, note, &n);
    CHECK_EQ(n, 1);
    CHECK(running == &works[SHORT]);
    let_go();
    close_pool();
}
