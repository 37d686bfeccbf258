/* How process pools end. */
#include <signal.h>

#include "pool_jobs.h"

static int64_t shut_down(struct coil_executor *pool, struct coil_stop_options options)
{
    return coil_executor_shutdown(pool, &options); /* not in a task */
}

static void note_survivor(const char *description, void *text)
{
    snprintf(text, 512, "%s", description);
}

TEST(never_ending_job_is_killed_and_told)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = give(pool, compute_for_ever, 0);
    char told[512] = "";
    int pid, pidfd;

    await_running(job);
    CHECK_EQ(coil_process_pool_pids(pool, &pid, 1), 1);
    pidfd = hold(pid);
    CHECK_EQ(shut_down(pool, (struct coil_stop_options){.grace_ns = -1,
                                                        .survivor = note_survivor,
                                                        .arg = told}),
             1);
    CHECK_HAS(told, "fn (");
    CHECK_HAS(told, ") in worker 0 (pid ");
    CHECK_EQ(status_of(job), -COIL_ESTOPPED);
    await_end(pidfd);
    coil_executor_close(pool);
}

TEST(survivor_is_told_on_stderr_unless_to_somebody)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = give(pool, compute_for_ever, 0);
    char *text;

    await_running(job);
    errors_begin();
    CHECK_EQ(shut_down(pool, (struct coil_stop_options){.grace_ns = 1}), 1);
    text = errors_end();
    CHECK_HAS(text, "a job did not end in its grace, its worker is killed: fn");
    free(text);
    CHECK_EQ(status_of(job), -COIL_ESTOPPED);
    coil_executor_close(pool);
}

TEST(drained_all_jobs_end_by_themselves)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *jobs[20];

    for (int i = 0; i < 20; i++)
        jobs[i] = give(pool, double_it, i);
    CHECK_EQ(shut_down(pool, (struct coil_stop_options){.drain_ns = COIL_FOREVER}), 0);
    for (int i = 0; i < 20; i++)
        CHECK_EQ(status_of(jobs[i]), 2 * i);
    coil_executor_close(pool);
}

TEST(closing_cancels_what_runs_and_what_waits)
{
    struct coil_executor *pool = open_processes(2);
    struct coil_cfuture *computing = give(pool, compute_until_told, 0);
    struct coil_cfuture *sleeping = give(pool, sleep_for_ever, 0);
    struct coil_cfuture *queued = give(pool, double_it, 1);

    await_running(computing);
    await_running(sleeping);
    coil_executor_close(pool);
    CHECK_EQ(status_of(computing), 42);
    CHECK_EQ(status_of(sleeping), -ECANCELED);
    CHECK_EQ(wait_for(queued).status, -ECANCELED);
    CHECK_HAS(text_of(queued), "the pool is being shut down");
    coil_cfuture_unref(queued);
}

struct second {
    struct coil_executor *pool;
    int64_t status;
    sem_t ran;
};

static void shut_down_here(struct coil_cfuture *job, void *arg)
{
    struct second *second = arg;

    (void)job;
    second->status = coil_executor_shutdown(second->pool, NULL); /* not in a task */
    sem_post(&second->ran);
}

TEST(shutdown_in_a_callback_of_the_pool_only_begins)
{
    struct second second = {.pool = open_processes(1)};
    struct coil_cfuture *job = give(second.pool, compute_until_told, 0);
    struct coil_cfuture_callback callback;

    sem_init(&second.ran, 0, 0);
    await_running(job);
    coil_cfuture_add_done_callback(job, &callback, shut_down_here, &second);
    coil_cfuture_cancel(job);
    await_post(&second.ran);
    CHECK_EQ(second.status, -EDEADLK);
    CHECK_EQ(status_of(job), 42);
    coil_executor_close(second.pool);
    sem_destroy(&second.ran);
}

/* A task beside the job, which wants to live for ever. */
static coil_async struct coil_result refuse_to_end(void *unused)
{
    (void)unused;
    for (;;)
        coil_sleep(COIL_SECONDS(1000));
    return coil_number(0);
}

static struct coil_result leave_task_behind(void *unused)
{
    coil_future_unref(coil_create_task(refuse_to_end, unused));
    return coil_number(1);
}

TEST(worker_that_does_not_go_is_killed)
{
    struct coil_executor *pool = open_processes(1);

    CHECK_EQ(status_of(give(pool, leave_task_behind, 0)), 1);
    coil_executor_close(pool);
}

TEST(closing_while_workers_start_leaves_nothing)
{
    if (UNDER_TSAN)
        SKIP("TSan starts threads of its own, after which no pool can be opened");
    for (int i = 0; i < 10; i++) {
        struct coil_executor *pool = open_processes(4);
        struct coil_cfuture *jobs[4];

        for (int k = 0; k < 4; k++)
            jobs[k] = give(pool, double_it, k);
        coil_executor_close(pool);
        for (int k = 0; k < 4; k++) {
            int64_t status = status_of(jobs[k]);

            CHECK(status == -ECANCELED || status == 2 * k);
        }
    }
}
