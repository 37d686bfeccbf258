/* Pools as their owners see them: taken back, refused, waited for, closed. */
#include <errno.h>
#include <semaphore.h>
#include <unistd.h>

#include <coil/result.h>

#include "kit.h"
#include "mach/clock.h"
#include "mach/workers.h"

static sem_t begun, go_on;
static struct word done, gone, released;

static void count(struct mach_work *work)
{
    (void)work;
    word_add(&done, 1);
}

static void hold(struct mach_work *work)
{
    sem_post(&begun);
    while (sem_wait(&go_on) != 0)
        ;
    count(work);
}

static void note_gone(struct mach_pool *of)
{
    (void)of;
    word_add(&gone, 1);
}

static struct mach_pool pool = {.name = "owned", .limit = 2, .gone = note_gone};

static void open_pool(void)
{
    sem_init(&begun, 0, 0);
    sem_init(&go_on, 0, 0);
    coil__mach_pool_init(&pool);
}

static int64_t soon(void)
{
    return mach_now() + COIL_MS(5);
}

static int64_t at_last(void)
{
    return mach_now() + COIL_SECONDS(20) * kit_slowness();
}

static void begin_two(struct mach_work works[2])
{
    for (int i = 0; i < 2; i++) {
        works[i] = (struct mach_work){.run = hold};
        CHECK_EQ(coil__mach_pool_submit(&pool, &works[i]), 0);
        while (sem_wait(&begun) != 0)
            ;
    }
}

static void let_go(int n)
{
    for (int i = 0; i < n; i++)
        sem_post(&go_on);
}

/* The last thread tells, perhaps after close. */
static void await_gone(uintptr_t times)
{
    while (word_load(&gone) < times)
        usleep(200);
    CHECK_EQ(word_load(&gone), times);
}

TEST(an_unused_pool_is_quiet_and_gone_when_closed)
{
    open_pool();
    CHECK(coil__mach_pool_wait_quiet(&pool, soon()));
    CHECK_EQ(coil__mach_pool_works(&pool), 0);
    CHECK(coil__mach_pool_refuse(&pool) == NULL);
    coil__mach_pool_close(&pool);
    CHECK_EQ(word_load(&gone), 1);
}

TEST(what_has_not_begun_is_handed_back_in_order_and_more_refused)
{
    struct mach_work held[2], queued[3], *list;

    open_pool();
    begin_two(held);
    for (int i = 0; i < 3; i++) {
        queued[i] = (struct mach_work){.run = count};
        CHECK_EQ(coil__mach_pool_submit(&pool, &queued[i]), 0);
    }
    CHECK_EQ(coil__mach_pool_works(&pool), 5);
    CHECK(coil__mach_pool_withdraw(&pool, &queued[1]));
    CHECK(!coil__mach_pool_withdraw(&pool, &queued[1]));
    list = coil__mach_pool_refuse(&pool);
    CHECK_PTR(list, &queued[0]);
    CHECK_PTR(list->next, &queued[2]);
    CHECK_PTR(list->next->next, NULL);
    CHECK(!coil__mach_pool_withdraw(&pool, &queued[0]));
    CHECK_EQ(coil__mach_pool_submit(&pool, &queued[1]), -ESHUTDOWN);
    CHECK(!coil__mach_pool_wait_quiet(&pool, soon()));
    let_go(2);
    CHECK(coil__mach_pool_wait_quiet(&pool, at_last()));
    coil__mach_pool_close(&pool);
    CHECK_EQ(word_load(&done), 2);
    await_gone(1);
}

static void release(struct mach_work *work)
{
    (void)work;
    word_add(&released, 1);
}

static void note_running(struct mach_work *work, int64_t since_ns, void *n)
{
    CHECK(work->run == hold);
    CHECK(since_ns > 0 && since_ns <= mach_now());
    CHECK_EQ(word_load(&released), 0);
    ++*(int *)n;
}

TEST(those_that_run_can_be_looked_at)
{
    struct mach_work work = {.run = hold, .release = release};
    int n = 0;

    open_pool();
    CHECK_EQ(coil__mach_pool_submit(&pool, &work), 0);
    while (sem_wait(&begun) != 0)
        ;
    coil__mach_pool_each_running(&pool, note_running, &n);
    CHECK_EQ(n, 1);
    let_go(1);
    CHECK(coil__mach_pool_wait_quiet(&pool, at_last()));
    coil__mach_pool_each_running(&pool, note_running, &n);
    CHECK_EQ(n, 1);
    coil__mach_pool_refuse(&pool);
    coil__mach_pool_close(&pool);
    CHECK_EQ(word_load(&released), 1);
}

TEST(closing_waits_for_all_but_those_that_run_and_the_last_one_tells)
{
    struct mach_work held[2];

    open_pool();
    begin_two(held);
    coil__mach_pool_refuse(&pool);
    coil__mach_pool_close(&pool);
    CHECK_EQ(word_load(&gone), 0);
    let_go(2);
    while (word_load(&gone) == 0)
        usleep(200);
    CHECK_EQ(word_load(&done), 2);
    coil__mach_pool_init(&pool); /* its memory can be used again */
    held[0] = (struct mach_work){.run = count};
    CHECK_EQ(coil__mach_pool_submit(&pool, &held[0]), 0);
    CHECK(coil__mach_pool_wait_quiet(&pool, at_last()));
    coil__mach_pool_refuse(&pool);
    coil__mach_pool_close(&pool);
    CHECK_EQ(word_load(&done), 3);
    await_gone(2);
}
