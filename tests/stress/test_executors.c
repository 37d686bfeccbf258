/* Executors under threads: what races with what, and everything is settled, dropped, freed once. */
#include <pthread.h>
#include <stdlib.h>

#include <coil/coil.h>

#include "base/atomic.h"
#include "kit.h"
#include "mach/switch.h"

#define LIMIT COIL_SECONDS(60)

static struct word ran, dropped_args, dropped_values;

static struct coil_result work(void *arg)
{
    word_add(&ran, 1);
    return coil_value(arg);
}

static void drop_arg(void *arg)
{
    (void)arg;
    word_add(&dropped_args, 1);
}

static void drop_value(void *value)
{
    (void)value;
    word_add(&dropped_values, 1);
}

static const struct coil_job_options drops = {.drop_arg = drop_arg, .drop_result = drop_value};

static struct coil_executor *open_pool(unsigned threads)
{
    struct coil_thread_pool_options options = {.threads = threads};

    return coil_thread_pool_open(&options);
}

/* ---- cancel while the job completes ---- */

/* One job at a time, handed from the thread that submits to the one that cancels. */
static struct word slot;
static struct word over;

static void *cancel_each(void *unused)
{
    (void)unused;
    while (word_load(&over) == 0) {
        struct coil_cfuture *job = (struct coil_cfuture *)word_exchange(&slot, 0);

        if (job == NULL)
            continue;
        coil_cfuture_cancel(job);
        coil_cfuture_unref(job);
    }
    return NULL;
}

/* How often; a million times where the thread sanitizer looks on. */
#if defined(MACH_TSAN)
enum { MEETINGS = 1000000 };
#else
enum { MEETINGS = 30000 };
#endif

SLOW_TEST(a_cancel_meets_a_job_that_completes, 400)
{
    const uintptr_t n = (uintptr_t)kit_effort(MEETINGS);
    struct coil_executor *pool = open_pool(1);
    uintptr_t cancelled = 0;
    pthread_t canceller;

    CHECK_EQ(pthread_create(&canceller, NULL, cancel_each, NULL), 0);
    for (uintptr_t i = 0; i < n; i++) {
        struct coil_cfuture *job = coil_executor_submit_with(pool, work, &slot, &drops), *old;
        struct coil_result result;

        old = (struct coil_cfuture *)word_exchange(&slot, (uintptr_t)coil_cfuture_ref(job));
        coil_cfuture_unref(old);
        result = coil_cfuture_result(job, LIMIT);
        CHECK(result.status == -ECANCELED || result.value == &slot);
        cancelled += result.status == -ECANCELED;
        coil_cfuture_unref(job);
    }
    word_store(&over, 1);
    pthread_join(canceller, NULL);
    coil_cfuture_unref((struct coil_cfuture *)word_load(&slot));
    coil_executor_close(pool);
    CHECK_EQ(word_load(&dropped_args), n);
    CHECK_EQ(word_load(&ran) + cancelled, n);
    CHECK_EQ(word_load(&dropped_values), word_load(&ran));
}

/* ---- many who submit ---- */

enum { SUBMITTERS = 3 };

static void *submit_many(void *pool)
{
    const int n = kit_effort(20000);
    enum { WINDOW = 64 };
    struct coil_cfuture *window[WINDOW] = {NULL};

    for (int i = 0; i < n; i++) {
        struct coil_cfuture **job = &window[i % WINDOW];

        if (*job != NULL)
            CHECK_EQ(coil_cfuture_wait(*job, LIMIT), 0);
        coil_cfuture_unref(*job);
        *job = coil_executor_submit_with(pool, work, pool, &drops);
        if (i % 3 == 0)
            coil_cfuture_cancel(*job);
    }
    for (int i = 0; i < WINDOW; i++) {
        CHECK_EQ(coil_cfuture_wait(window[i], LIMIT), 0);
        coil_cfuture_unref(window[i]);
    }
    return NULL;
}

SLOW_TEST(many_threads_submit_and_cancel, 400)
{
    struct coil_executor *pool = open_pool(4);
    pthread_t threads[SUBMITTERS];

    for (int i = 0; i < SUBMITTERS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, submit_many, pool), 0);
    for (int i = 0; i < SUBMITTERS; i++)
        pthread_join(threads[i], NULL);
    coil_executor_close(pool);
    CHECK_EQ(word_load(&dropped_args), (uintptr_t)SUBMITTERS * (uintptr_t)kit_effort(20000));
    CHECK_EQ(word_load(&dropped_values), word_load(&ran));
}

/* ---- shutdown while others submit ---- */

static struct word stop_submitting;

static void *submit_until_told(void *pool)
{
    while (word_load(&stop_submitting) == 0) {
        struct coil_cfuture *job = coil_executor_submit_with(pool, work, pool, &drops);

        coil_cfuture_cancel(job);
        CHECK_EQ(coil_cfuture_wait(job, LIMIT), 0);
        coil_cfuture_unref(job);
    }
    return NULL;
}

SLOW_TEST(a_pool_is_shut_down_while_others_submit, 400)
{
    const int n = kit_effort(300);

    for (int i = 0; i < n; i++) {
        struct coil_executor *pool = open_pool(2);
        pthread_t threads[2];

        word_store(&stop_submitting, 0);
        for (int t = 0; t < 2; t++)
            CHECK_EQ(pthread_create(&threads[t], NULL, submit_until_told, pool), 0);
        for (int s = 0; s < i % 7; s++)
            sched_yield();
        CHECK_EQ(coil_executor_shutdown(pool, NULL), 0);
        word_store(&stop_submitting, 1);
        for (int t = 0; t < 2; t++)
            pthread_join(threads[t], NULL);
        coil_executor_close(pool);
    }
    CHECK_EQ(word_load(&dropped_values), word_load(&ran));
}

/* ---- loops and threads ---- */

static coil_async struct coil_result call_many(void *pool)
{
    const int n = kit_effort(3000);

    for (int i = 0; i < n; i++) {
        struct coil_future *job = coil_run_in_executor_with(pool, work, pool, &drops);

        if (i % 3 == 0)
            coil_future_cancel(job, NULL);
        if (i % 5 != 0)
            coil_await(job);
        coil_future_unref(job);
    }
    return coil_number(n);
}

static struct coil_result run_a_loop(void *pool)
{
    return coil_run(call_many, pool);
}

SLOW_TEST(loops_in_jobs_of_a_pool_call_jobs_of_it, 400)
{
    struct coil_executor *pool = open_pool(2);
    struct coil_cfuture *loops[4];

    for (int i = 0; i < 4; i++)
        loops[i] = coil_executor_submit(pool, run_a_loop, pool);
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(coil_cfuture_result(loops[i], LIMIT).status, kit_effort(3000));
        coil_cfuture_unref(loops[i]);
    }
    coil_executor_close(pool);
    CHECK_EQ(word_load(&dropped_args), 4 * (uintptr_t)kit_effort(3000));
    CHECK_EQ(word_load(&dropped_values), word_load(&ran));
}
