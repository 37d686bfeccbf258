/* How process pools end. */
#include <sched.h>
#include <signal.h>

#include "pool_jobs.h"
#include "work/processes.h"

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

/* ---- what comes late ---- */

struct ending {
    pthread_t thread;
    struct coil_executor *pool;
    int64_t left_behind;
};

static void *end_pool(void *arg)
{
    struct ending *ending = arg;

    ending->left_behind =
        shut_down(ending->pool, (struct coil_stop_options){.grace_ns = COIL_SECONDS(5)});
    return NULL;
}

static void begin_ending(struct ending *ending, struct coil_executor *pool)
{
    *ending = (struct ending){.pool = pool};
    CHECK_EQ(pthread_create(&ending->thread, NULL, end_pool, ending), 0);
}

static int64_t await_ending(struct ending *ending)
{
    pthread_join(ending->thread, NULL);
    coil_executor_close(ending->pool); /* not in a task */
    return ending->left_behind;
}

static void await_cancellation(struct coil_cfuture *job)
{
    const struct process_job *inside = container_of(job, struct process_job, future);

    while (word_load(&inside->seat->board->slots[inside->slot].flag) == 0)
        sched_yield();
}

/* It had not begun, so another one could run it; but all were cancelled. */
TEST(job_of_a_worker_that_dies_in_the_grace_is_not_begun_anew)
{
    struct coil_executor *pool = open_processes(1);
    int pid = (int)status_of(give(pool, tell_pid, 0));
    struct coil_cfuture *job;
    struct ending ending;

    kill(pid, SIGSTOP);
    job = give(pool, compute_for_ever, 0);
    begin_ending(&ending, pool);
    await_cancellation(job);
    kill(pid, SIGKILL);
    CHECK_EQ(wait_for(job).status, -ECANCELED);
    CHECK_HAS(text_of(job), "the pool is being shut down");
    coil_cfuture_unref(job);
    CHECK_EQ(await_ending(&ending), 0);
}

/* As of a thread that was held up between asking whether the pool takes jobs and giving it one. */
static struct coil_cfuture *give_late(struct coil_executor *pool)
{
    static const struct coil_job_options options;
    struct coil_function function = {compute_for_ever, "compute_for_ever"};
    int64_t number = 0;

    return coil__processes_kind.submit_payload(
        pool, coil__payload_new(function, &number, 1, sizeof(number), false), &options, "here");
}

TEST(job_that_comes_after_all_were_cancelled_is_refused)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *first = give(pool, compute_for_ever, 0);
    struct ending ending;

    await_running(first);
    begin_ending(&ending, pool);
    await_cancellation(first);
    CHECK_EQ(status_of(give_late(pool)), -COIL_ESTOPPED);
    CHECK_EQ(coil_process_pool_kill(first), 0);
    CHECK_EQ(status_of(first), -ECANCELED);
    CHECK_EQ(await_ending(&ending), 0);
}

TEST(job_that_comes_after_the_end_is_refused)
{
    struct coil_executor *pool = open_processes(1);

    CHECK_EQ(status_of(give(pool, double_it, 1)), 2);
    CHECK_EQ(shut_down(pool, (struct coil_stop_options){.drain_ns = COIL_FOREVER}), 0);
    CHECK_EQ(status_of(give_late(pool)), -COIL_ESTOPPED);
    coil_executor_close(pool);
}

/* ---- what is done, and nobody has heard of ---- */

static void *end_pool_at_once(void *arg)
{
    struct ending *ending = arg;

    ending->left_behind = shut_down(ending->pool, (struct coil_stop_options){.grace_ns = -1});
    return NULL;
}

/* The loop is rung, and does not listen. */
static coil_async struct coil_result end_with_an_answer(void *arg)
{
    struct ending *ending = arg;
    struct coil_cfuture *job = give(ending->pool, double_it, 1);
    const struct tray *answers = &pool_of(ending->pool)->seats[0].board->answers;

    CHECK_EQ(await_status_of(job), 2);
    job = give(ending->pool, double_it, 4);
    while (!tray_has(answers) && !coil_cfuture_done(job))
        ;
    CHECK_EQ(pthread_create(&ending->thread, NULL, end_pool_at_once, ending), 0);
    while (!coil_cfuture_done(job))
        ;
    return coil_number(status_of(job));
}

TEST(job_that_is_done_is_no_survivor)
{
    struct ending ending = {.pool = open_processes(1)};

    CHECK_EQ(status_of(give(ending.pool, double_it, 1)), 2);
    CHECK_EQ(coil_run(end_with_an_answer, &ending).status, 8);
    CHECK_EQ(await_ending(&ending), 0);
}
