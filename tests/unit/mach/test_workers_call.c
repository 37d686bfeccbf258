/* Work comes: who is called for it, that nobody is called in vain, and what becomes of it where
 * there is nobody. */
#include <errno.h>
#include <semaphore.h>

#include <coil/result.h>

#include "base/fault.h"
#include "kit.h"
#include "mach/clock.h"
#include "mach/workers_own.h"

enum { IDLERS = 2, BEFORE = 8 };

static struct mach_pool pool = {.name = "called", .limit = IDLERS};
static struct worker idlers[IDLERS]; /* without threads */
static sem_t begun, go_on;

static void hold(struct mach_work *work)
{
    (void)work;
    sem_post(&begun);
    while (sem_wait(&go_on) != 0)
        ;
}

static void await_begin(void)
{
    while (sem_wait(&begun) != 0)
        ;
}

static void open_pool(unsigned limit)
{
    sem_init(&begun, 0, 0);
    sem_init(&go_on, 0, 0);
    pool.limit = limit;
    coil__mach_pool_init(&pool);
}

static void close_pool(int held)
{
    for (int i = 0; i < held; i++)
        sem_post(&go_on);
    CHECK(coil__mach_pool_wait_quiet(&pool, mach_now() + COIL_SECONDS(20) * kit_slowness()));
    CHECK(coil__mach_pool_refuse(&pool) == NULL);
    coil__mach_pool_close(&pool);
}

/* One after the other they lay down. */
static void open_with_idlers(void)
{
    open_pool(IDLERS);
    for (int i = 0; i < IDLERS; i++) {
        idlers[i] = (struct worker){.pool = &pool, .at = {RECALLED}};
        list_append(&pool.workers, &idlers[i].link);
        list_prepend(&pool.idle, &idlers[i].idle);
        pool.threads++;
        pool.idlers++;
    }
}

static void submit(struct mach_work *work)
{
    CHECK_EQ(coil__mach_pool_submit(&pool, work), 0);
}

TEST(who_was_idle_last_is_called_and_attends_from_then_on)
{
    struct mach_work work = {.run = hold};

    open_with_idlers();
    submit(&work);
    CHECK_EQ(idlers[1].awake, 1);
    CHECK(idlers[1].promises);
    CHECK_EQ(word_load(&pool.attending), 1);
    CHECK_EQ(idlers[0].awake, 0);
    CHECK_EQ(pool.idlers, 1);
    CHECK_EQ(pool.threads, IDLERS);
}

TEST(while_somebody_attends_nobody_is_called)
{
    struct mach_work works[2] = {{.run = hold}, {.run = hold}};

    open_with_idlers();
    submit(&works[0]);
    submit(&works[1]);
    CHECK_EQ(idlers[0].awake, 0);
    coil__worker_break_promise(&idlers[1]);
    coil__pool_take_batch(&pool, &idlers[1], 2);
    submit(&works[0]);
    CHECK_EQ(idlers[0].awake, 1);
}

TEST(without_work_nobody_is_engaged)
{
    struct worker *call = NULL;

    open_with_idlers();
    CHECK_EQ(coil__pool_engage(&pool, &call), 0);
    CHECK(call == NULL);
    CHECK_EQ(pool.idlers, IDLERS);
}

TEST(who_is_called_guards_no_more)
{
    struct mach_work works[2] = {{.run = hold}, {.run = hold}};

    open_with_idlers();
    pool.guard = &idlers[0];
    submit(&works[0]);
    CHECK(pool.guard == &idlers[0]);
    coil__worker_break_promise(&idlers[1]);
    submit(&works[1]);
    CHECK_EQ(idlers[0].awake, 1);
    CHECK(pool.guard == NULL);
}

TEST(what_a_full_pool_gets_waits_in_the_inbox)
{
    struct mach_work works[2] = {{.run = hold}, {.run = hold}};

    open_pool(1);
    submit(&works[0]);
    await_begin();
    CHECK_EQ(word_load(&pool.spare), 0);
    submit(&works[1]);
    CHECK_EQ(word_load(&pool.inbox), (uintptr_t)&works[1]);
    CHECK_EQ(pool.threads, 1);
    close_pool(2);
}

TEST(each_has_a_hint_to_one_that_came_before)
{
    static struct mach_work works[2 * BEFORE];

    open_with_idlers();
    for (int i = 0; i < 2 * BEFORE; i++)
        submit(&works[i]);
    CHECK_EQ(works[0].hint, 0);
    for (int i = BEFORE; i < 2 * BEFORE; i++)
        CHECK_EQ(works[i].hint, (uintptr_t)&works[i - BEFORE]);
}

TEST(no_thread_at_all_is_told_and_the_work_is_not_kept)
{
    struct mach_work work = {.run = hold};

    open_pool(2);
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__mach_pool_submit(&pool, &work), -EAGAIN);
    coil__fault_arm(FAULT_SYS, 0, false);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil__mach_pool_submit(&pool, &work), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil__mach_pool_works(&pool), 0);
    CHECK_EQ(pool.threads, 0);
    submit(&work);
    await_begin();
    close_pool(1);
}

TEST(no_further_thread_is_no_error)
{
    struct mach_work works[2] = {{.run = hold}, {.run = hold}};

    open_pool(2);
    submit(&works[0]);
    await_begin();
    coil__fault_arm(FAULT_SYS, 1, false);
    submit(&works[1]);
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(pool.threads, 1);
    CHECK_EQ(coil__mach_pool_works(&pool), 2);
    close_pool(2);
}
