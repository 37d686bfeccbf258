/* Jobs of process pools: cancelled, killed, timed. */
#include "pool_jobs.h"

/* ---- cancelled ---- */

TEST(queued_job_that_is_cancelled_never_runs)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *first = give(pool, compute_until_told, 0), *second;

    await_running(first);
    second = give(pool, double_it, 1);
    CHECK_EQ(coil_executor_jobs(pool), 2);
    CHECK(coil_cfuture_cancel_at(second, "not wanted", "cancel test:1"));
    CHECK(coil_cfuture_done(second));
    CHECK_EQ(coil_cfuture_result(second, 0).status, -ECANCELED);
    CHECK_STR(text_of(second), "not wanted");
    CHECK_EQ(coil_executor_jobs(pool), 1);
    coil_cfuture_unref(second);
    coil_cfuture_cancel(first);
    CHECK_EQ(status_of(first), 42);
    coil_executor_close(pool);
}

static coil_async struct coil_result sleep_and_tell(void *unused)
{
    int err = coil_sleep(COIL_SECONDS(1000));
    const struct coil_exception *exception = coil_current_exception();

    (void)unused;
    if (err != -ECANCELED)
        return coil_error(-EPROTO);
    return coil_bytes_result(coil_exception_text(exception),
                             strlen(coil_exception_text(exception)) + 1);
}

TEST(running_coroutine_is_told_why_it_is_cancelled)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = give(pool, sleep_and_tell, 0);

    await_running(job);
    coil_cfuture_cancel_at(job, "enough of it", "cancel test:1");
    CHECK_EQ(wait_for(job).status, 0); /* it has refused to be cancelled */
    CHECK_HAS(((struct coil_bytes *)wait_for(job).value)->data, "enough of it");
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

TEST(computing_job_sees_its_cancellation)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job;

    for (int i = 0; i < 20; i++) {
        job = give(pool, compute_until_told, 0);
        await_running(job);
        coil_cfuture_cancel(job);
        CHECK_EQ(status_of(job), 42);
        CHECK_EQ(status_of(give(pool, double_it, i)), 2 * i); /* and the next one does not */
    }
    coil_executor_close(pool);
}

TEST(hundred_thousand_queued_jobs_are_cancelled_at_once)
{
    int n = 100000 / kit_slowness();
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *first = give(pool, compute_until_told, 0);
    struct coil_cfuture **jobs = malloc((size_t)n * sizeof(struct coil_cfuture *));

    await_running(first);
    for (int i = 0; i < n; i++)
        jobs[i] = give(pool, double_it, i);
    for (int i = 0; i < n; i++)
        CHECK(coil_cfuture_cancel(jobs[i]));
    for (int i = 0; i < n; i++)
        CHECK_EQ(status_of(jobs[i]), -ECANCELED);
    free(jobs);
    coil_cfuture_cancel(first);
    CHECK_EQ(status_of(first), 42);
    coil_executor_close(pool);
}

/* ---- killed ---- */

TEST(killed_job_is_cancelled_and_its_neighbours_die)
{
    struct coil_process_pool_options options = {.workers = 1, .at_once = 2};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *neighbour = give(pool, sleep_for_ever, 0);
    struct coil_cfuture *job = give(pool, sleep_for_ever, 0);

    await_running(neighbour);
    await_running(job);
    CHECK_EQ(coil_process_pool_kill(job), 0);
    CHECK_EQ(wait_for(job).status, -ECANCELED);
    CHECK_HAS(text_of(job), "was killed by signal 9 (Killed) while it ran fn, as was asked");
    CHECK_EQ(wait_for(neighbour).status, -COIL_EDIED);
    CHECK_EQ(coil_process_pool_kill(job), -EALREADY);
    coil_cfuture_unref(job);
    coil_cfuture_unref(neighbour);
    CHECK_EQ(status_of(give(pool, double_it, 1)), 2);
    coil_executor_close(pool);
}

TEST(killed_before_it_began_is_cancelled)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *first = give(pool, compute_for_ever, 0), *second;

    await_running(first);
    second = give(pool, double_it, 1);
    CHECK_EQ(coil_process_pool_kill(second), 0);
    CHECK_EQ(status_of(second), -ECANCELED);
    CHECK_EQ(coil_process_pool_kill(first), 0);
    CHECK_EQ(status_of(first), -ECANCELED);
    coil_executor_close(pool);
}

TEST(only_jobs_of_process_pools_are_killed)
{
    struct coil_cfuture *future = coil_cfuture_new();

    CHECK_EQ(coil_process_pool_kill(future), -EINVAL);
    coil_cfuture_cancel(future);
    coil_cfuture_unref(future);
}

/* ---- timed ---- */

TEST(job_beyond_its_time_is_killed)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_job_options options = {.timeout_ns = COIL_MS(20), .name = "slowest"};
    struct coil_cfuture *job =
        coil_executor_submit_bytes_with(pool, compute_for_ever, NULL, 0, &options);

    CHECK_EQ(wait_for(job).status, -ETIMEDOUT);
    CHECK_HAS(text_of(job), "while it ran slowest, for its time was up");
    coil_cfuture_unref(job);
    options.timeout_ns = COIL_SECONDS(1000);
    CHECK_EQ(status_of(coil_executor_submit_bytes_with(pool, tell_pid, NULL, 0, &options)) > 0, 1);
    coil_executor_close(pool);
}

TEST(waiting_in_the_queue_costs_no_time)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_job_options options = {.timeout_ns = COIL_SECONDS(5)};
    struct coil_cfuture *first = give(pool, compute_until_told, 0), *second;

    await_running(first);
    second = coil_executor_submit_bytes_with(pool, tell_pid, NULL, 0, &options);
    CHECK_EQ(coil_cfuture_state(second), COIL_CFUTURE_PENDING);
    coil_cfuture_cancel(first);
    CHECK_EQ(status_of(first), 42);
    CHECK(status_of(second) > 0);
    coil_executor_close(pool);
}

/* ---- threads ---- */

struct meeting {
    struct coil_cfuture *other;
    int waited;
    sem_t ran;
};

static void wait_here(struct coil_cfuture *job, void *arg)
{
    struct meeting *meeting = arg;

    (void)job;
    meeting->waited = coil_cfuture_wait(meeting->other, COIL_FOREVER);
    sem_post(&meeting->ran);
}

TEST(thread_that_settles_jobs_cannot_wait_for_one)
{
    struct coil_executor *pool = open_processes(2);
    struct meeting meeting = {.other = give(pool, compute_until_told, 0)};
    struct coil_cfuture *job = give(pool, compute_until_told, 0);
    struct coil_cfuture_callback callback;

    sem_init(&meeting.ran, 0, 0);
    await_running(job);
    coil_cfuture_add_done_callback(job, &callback, wait_here, &meeting);
    coil_cfuture_cancel(job);
    await_post(&meeting.ran);
    CHECK_EQ(meeting.waited, -EDEADLK);
    CHECK_EQ(status_of(job), 42);
    coil_cfuture_cancel(meeting.other);
    CHECK_EQ(status_of(meeting.other), 42);
    coil_executor_close(pool);
    sem_destroy(&meeting.ran);
}

static void *submit_many(void *pool)
{
    for (int i = 0; i < 300; i++) {
        struct coil_cfuture *job = give(pool, double_it, i);

        if (i % 3 == 0)
            coil_cfuture_cancel(job);
        CHECK(status_of(job) == 2 * i || i % 3 == 0);
    }
    return NULL;
}

TEST(many_threads_submit_and_cancel)
{
    struct coil_executor *pool = open_processes(2);
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, submit_many, pool);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    CHECK_EQ(coil_executor_jobs(pool), 0);
    coil_executor_close(pool);
}
