/* How many threads a pool makes for what it is given, and what its jobs leave behind. */
#include "base/atomic.h"
#include "jobs.h"

#include <coil/thread_pool.h>

#define MANY 60
#define FEW 4

static struct coil_executor *open_few(void)
{
    const struct coil_thread_pool_options options = {.threads = FEW};
    struct coil_executor *pool = coil_thread_pool_open(&options);

    CHECK(pool != NULL);
    return pool;
}

static struct coil_result tell_thread(void *unused)
{
    (void)unused;
    return coil_number(gettid());
}

/* How many different ones; the references are given up. */
static int count_threads(struct coil_cfuture **jobs, int n)
{
    int64_t threads[MANY];
    int count = 0;

    for (int i = 0; i < n; i++) {
        int64_t thread = finish(jobs[i]);
        int known = 0;

        while (known < count && threads[known] != thread)
            known++;
        if (known == count)
            threads[count++] = thread;
    }
    return count;
}

/* One whose job is done may not be idle yet when the next job comes: then there is one more. */
TEST(jobs_one_after_the_other_need_few_threads)
{
    const struct coil_thread_pool_options options = {.threads = MANY};
    struct coil_executor *pool = coil_thread_pool_open(&options);
    struct coil_cfuture *jobs[MANY];

    for (int i = 0; i < MANY; i++) {
        jobs[i] = coil_executor_submit(pool, tell_thread, NULL);
        CHECK_EQ(coil_cfuture_wait(jobs[i], LIMIT), 0);
    }
    CHECK(count_threads(jobs, MANY) <= MANY / 4);
    coil_executor_close(pool); /* not in a task */
}

static sem_t begun, go_on;
static struct word running, most;

static struct coil_result hold_thread(void *unused)
{
    uintptr_t now = word_add(&running, 1), before = word_load(&most);

    (void)unused;
    while (before < now && !word_cas(&most, &before, now))
        ;
    sem_post(&begun);
    while (sem_wait(&go_on) != 0)
        ;
    word_add(&running, (uintptr_t)-1);
    return coil_number(gettid());
}

TEST(full_it_has_as_many_threads_as_it_may_and_no_more)
{
    struct coil_executor *pool = open_few();
    struct coil_cfuture *jobs[MANY];

    sem_init(&begun, 0, 0);
    sem_init(&go_on, 0, 0);
    for (int i = 0; i < MANY; i++)
        jobs[i] = coil_executor_submit(pool, hold_thread, NULL);
    for (int i = 0; i < FEW; i++)
        await_post(&begun);
    CHECK_EQ(coil_executor_jobs(pool), MANY);
    for (int i = 0; i < MANY; i++)
        sem_post(&go_on);
    CHECK_EQ(count_threads(jobs, MANY), FEW);
    CHECK_EQ(word_load(&most), FEW);
    while (coil_executor_jobs(pool) != 0)
        sched_yield();
    coil_executor_close(pool); /* not in a task */
}

static struct coil_result submit_another(void *pool)
{
    struct coil_cfuture *next = coil_executor_submit(pool, tell_thread, NULL);
    int64_t status = coil_cfuture_done(next) ? coil_cfuture_result(next, 0).status : 0;

    coil_cfuture_unref(next);
    return coil_number(status < 0 ? -status : 0);
}

/* A job that was not waited for has its argument dropped and its memory back, in any number. */
static int dropped;

static void count_drop(void *unused)
{
    (void)unused;
    __atomic_add_fetch(&dropped, 1, __ATOMIC_RELAXED);
}

TEST(jobs_nobody_waits_for_are_done_before_a_drain_ends)
{
    const struct coil_job_options options = {.drop_arg = count_drop};
    const struct coil_stop_options drain = {.drain_ns = COIL_FOREVER};
    struct coil_executor *pool = open_few();

    for (int i = 0; i < 1000; i++)
        coil_cfuture_unref(coil_executor_submit_with(pool, tell_thread, &dropped, &options));
    CHECK_EQ(finish(coil_executor_submit(pool, submit_another, pool)), 0);
    CHECK_EQ(coil_executor_shutdown(pool, &drain), 0); /* not in a task */
    CHECK_EQ(__atomic_load_n(&dropped, __ATOMIC_RELAXED), 1000);
    CHECK_EQ(finish(coil_executor_submit(pool, tell_thread, NULL)), -COIL_ESTOPPED);
    coil_executor_close(pool); /* not in a task */
}
