/* Loops that hear of their jobs themselves. */
#include "work/process_ear.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <coil/thread.h>

#include "pool_jobs.h"

static struct coil_executor *pool;

static unsigned ears(void)
{
    unsigned n = 0;

    pthread_mutex_lock(&pool_of(pool)->lock);
    for (unsigned i = 0; i < EARS; i++)
        n += pool_of(pool)->ears[i] != NULL;
    pthread_mutex_unlock(&pool_of(pool)->lock);
    return n;
}

static void open_pool(unsigned workers)
{
    pool = open_processes(workers);
    CHECK_EQ(status_of(give(pool, double_it, 1)), 2); /* it has a worker now */
}

static coil_async int64_t await_job(int64_t number)
{
    return await_status_of(give(pool, double_it, number));
}

static coil_async struct coil_result await_jobs(void *n)
{
    for (int64_t i = 0; i < (intptr_t)n; i++)
        CHECK_EQ(await_job(i), 2 * i);
    return coil_number(0);
}

TEST(loop_that_submits_has_an_ear_until_it_closes)
{
    open_pool(1);
    for (int i = 0; i < 3 * EARS; i++) {
        CHECK_EQ(coil_run(await_jobs, (void *)20).status, 0);
        CHECK_EQ(ears(), 0);
    }
    coil_executor_close(pool);
}

static coil_async struct coil_result count_ears(void *unused)
{
    (void)unused;
    await_job(1);
    CHECK_EQ(ears(), strcmp(coil_loop_driver(coil_loop_current()), "sim") != 0);
    await_job(2);
    return coil_number(ears());
}

DRIVER_TEST(loop_has_one_ear_a_simulated_one_none)
{
    open_pool(1);
    CHECK(coil_run(count_ears, NULL).status >= 0);
    coil_executor_close(pool);
}

static void *run_loop(void *n)
{
    CHECK_EQ(coil_run(await_jobs, n).status, 0);
    return NULL;
}

TEST(more_loops_than_ears_hear_all_the_same)
{
    pthread_t threads[EARS + 4];

    open_pool(2);
    for (int i = 0; i < EARS + 4; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, run_loop, (void *)(intptr_t)kit_effort(100)), 0);
    for (int i = 0; i < EARS + 4; i++)
        pthread_join(threads[i], NULL);
    CHECK_EQ(ears(), 0);
    coil_executor_close(pool);
}

/* A coroutine should not, but may; and it may be another thread that needs the job. */
static coil_async struct coil_result never_looks(void *unused)
{
    struct coil_cfuture *job;

    (void)unused;
    CHECK_EQ(await_job(1), 2);
    job = give(pool, double_it, 5);
    while (!coil_cfuture_done(job))
        ;
    return coil_number(status_of(job));
}

TEST(job_of_a_loop_that_is_busy_is_done_nevertheless)
{
    open_pool(1);
    CHECK_EQ(coil_run(never_looks, NULL).status, 10);
    coil_executor_close(pool);
}

static void *wait_for_it(void *job)
{
    return (void *)(intptr_t)wait_for(job).status;
}

static coil_async struct coil_result lets_another_wait(void *unused)
{
    struct coil_cfuture *job;
    pthread_t thread;
    void *status;

    (void)unused;
    CHECK_EQ(await_job(1), 2);
    job = give(pool, double_it, 5);
    CHECK_EQ(pthread_create(&thread, NULL, wait_for_it, job), 0);
    pthread_join(thread, &status); /* the loop looks at nothing meanwhile */
    coil_cfuture_unref(job);
    return coil_number((intptr_t)status);
}

TEST(thread_that_waits_needs_no_loop_for_it)
{
    open_pool(1);
    for (int i = 0; i < 20; i++)
        CHECK_EQ(coil_run(lets_another_wait, NULL).status, 10);
    coil_executor_close(pool);
}

static coil_async struct coil_result outlives_pool(void *unused)
{
    (void)unused;
    CHECK_EQ(await_job(1), 2);
    coil_executor_close(pool); /* not in a task */
    for (int i = 0; i < 10; i++)
        coil_yield();
    return coil_number(0);
}

TEST(loop_outlives_the_pool_that_it_listened_to)
{
    open_pool(1);
    CHECK_EQ(coil_run(outlives_pool, NULL).status, 0);
}

static coil_async struct coil_result leaves_jobs(void *unused)
{
    (void)unused;
    CHECK_EQ(await_job(1), 2);
    for (int i = 0; i < 10; i++)
        coil_cfuture_unref(give(pool, double_it, i));
    return coil_number(0);
}

TEST(jobs_of_a_loop_that_has_closed_are_done)
{
    open_pool(1);
    for (int i = 0; i < 10; i++)
        CHECK_EQ(coil_run(leaves_jobs, NULL).status, 0);
    while (coil_executor_jobs(pool) > 0)
        sched_yield();
    coil_executor_close(pool);
}

static coil_async struct coil_result hears_after_death(void *unused)
{
    struct coil_cfuture *job;
    struct coil_future *future;

    (void)unused;
    for (int64_t i = 0; i < 5; i++) {
        CHECK_EQ(await_job(i), 2 * i);
        job = give(pool, kill_self, 9);
        future = coil_wrap_future(job);
        CHECK_EQ(coil_await(future).status, -COIL_EDIED);
        coil_future_unref(future);
        coil_cfuture_unref(job);
    }
    return coil_number(0);
}

TEST(next_worker_knows_the_ears_too)
{
    open_pool(1);
    CHECK_EQ(coil_run(hears_after_death, NULL).status, 0);
    coil_executor_close(pool);
}

/* ---- ears that come and go ---- */

static struct coil_cfuture *left;

static coil_async struct coil_result leaves_one(void *unused)
{
    (void)unused;
    CHECK_EQ(await_job(1), 2);
    left = give(pool, compute_until_told, 0);
    await_running(left);
    return coil_number(0);
}

static unsigned ears_awake(void)
{
    unsigned n = 0;

    pthread_mutex_lock(&pool_of(pool)->lock);
    for (unsigned i = 1; i < EARS; i++)
        n += pool_of(pool)->ears[i] != NULL &&
             word_load(&pool_of(pool)->boards->ears[i]) == EAR_AWAKE;
    pthread_mutex_unlock(&pool_of(pool)->lock);
    return n;
}

/* Its place is that of the loop before, whose ear the other worker knows. */
static coil_async struct coil_result sleeps_while_another_is_rung(void *unused)
{
    (void)unused;
    CHECK_EQ(await_job(1), 2);
    coil_sleep(COIL_MS(1)); /* it has listened */
    CHECK_EQ(ears_awake(), 0);
    coil_cfuture_cancel(left);
    while (!coil_cfuture_done(left))
        coil_sleep(COIL_MS(1));
    return coil_number(ears_awake());
}

TEST(answer_for_a_loop_that_has_closed_wakes_no_loop_in_its_place)
{
    open_pool(2);
    CHECK_EQ(coil_run(leaves_one, NULL).status, 0);
    CHECK_EQ(coil_run(sleeps_while_another_is_rung, NULL).status, 0);
    CHECK_EQ(status_of(left), 42);
    coil_executor_close(pool);
}

/* A signal may come between the two. */
static void end_worker_about_to_ring(unsigned ear)
{
    struct coil_cfuture *job = give(pool, compute_for_ever, 0);
    int pid;

    await_running(job);
    pthread_mutex_lock(&pool_of(pool)->lock);
    word_store(&pool_of(pool)->boards->ears[ear], EAR_AWAKE);
    pthread_mutex_unlock(&pool_of(pool)->lock);
    CHECK_EQ(coil_process_pool_pids(pool, &pid, 1), 1);
    kill(pid, SIGKILL);
    CHECK_EQ(status_of(job), -COIL_EDIED);
}

TEST(worker_that_dies_about_to_ring_the_manager_leaves_it_with_open_ears)
{
    open_pool(1);
    for (int64_t i = 0; i < 5; i++) {
        end_worker_about_to_ring(0);
        CHECK_EQ(status_of(give(pool, double_it, i)), 2 * i);
    }
    coil_executor_close(pool);
}

static coil_async struct coil_result hears_after_silence(void *unused)
{
    (void)unused;
    CHECK_EQ(await_job(1), 2);
    end_worker_about_to_ring(1);
    CHECK_EQ(await_job(2), 4);
    coil_sleep(COIL_MS(1));
    return coil_number(ears_awake());
}

TEST(worker_that_dies_about_to_ring_a_loop_leaves_it_with_open_ears)
{
    open_pool(1);
    CHECK_EQ(coil_run(hears_after_silence, NULL).status, 0);
    coil_executor_close(pool);
}
