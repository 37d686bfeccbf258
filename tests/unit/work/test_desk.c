/* Jobs of a pool while it ends: those that wait, those that refuse, those that hold their loop up.
 */
#include "pools.h"

#include <dirent.h>

static const struct coil_stop_options no_grace = {.grace_ns = -1};

static int lines;
static char last_line[512];
static pthread_t told_on;

static void note_survivor(const char *line, void *arg)
{
    (void)arg;
    lines++;
    snprintf(last_line, sizeof(last_line), "%s", line);
    told_on = pthread_self();
}

/* Shuts down from a thread of its own. */
struct shutdown {
    pthread_t thread;
    struct coil_executor *pool;
    struct coil_stop_options options;
    int64_t left_behind;
};

static void *run_shutdown(void *arg)
{
    struct shutdown *shutdown = arg;

    shutdown->left_behind =
        coil_executor_shutdown(shutdown->pool, &shutdown->options); /* not in a task */
    return NULL;
}

static void shutdown_begin(struct shutdown *shutdown)
{
    pthread_create(&shutdown->thread, NULL, run_shutdown, shutdown);
}

static int64_t shutdown_end(struct shutdown *shutdown)
{
    pthread_join(shutdown->thread, NULL);
    return shutdown->left_behind;
}

/* ---- cancelling ---- */

TEST(cancelled_before_its_loop_comes_to_it_a_job_is_done_at_once)
{
    struct coil_executor *pool = open_pool(1, COIL_LEAST_LOADED);
    struct coil_job_options options = {.drop_arg = job_drop};
    struct coil_cfuture *jobs[100];
    struct plug plug;
    struct job job;

    job_init(&job);
    plug_loop(&plug, pool, 0);
    for (int i = 0; i < 100; i++)
        jobs[i] = coil_executor_submit_with(pool, job_run, &job, &options);
    for (int i = 0; i < 100; i++) {
        CHECK(coil_cfuture_cancel(jobs[i]));
        CHECK(coil_cfuture_done(jobs[i]));
        CHECK_EQ(coil_executor_jobs(pool), 99 - i);
        CHECK_EQ(finish(jobs[i]), -ECANCELED);
    }
    jobs[0] = coil_executor_submit(pool, job_run, &job);
    plug_pull(&plug);
    await_post(&job.started); /* the loop has come to all of them */
    CHECK_EQ(coil_executor_jobs(pool), 1);
    CHECK(coil_cfuture_cancel(jobs[0]));
    CHECK_EQ(finish(jobs[0]), -ECANCELED);
    CHECK_EQ(coil_executor_jobs(pool), 0);
    coil_executor_close(pool); /* not in a task */
    CHECK_EQ(job.runs, 1);
    CHECK_EQ(job.dropped, 100);
    job_fini(&job);
}

TEST(one_of_several_jobs_is_cancelled)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_cfuture *handles[3];
    struct job jobs[3];

    for (int i = 0; i < 3; i++) {
        job_init(&jobs[i]);
        jobs[i].result = coil_number(i);
        handles[i] = coil_executor_submit(pool, job_run, &jobs[i]);
        await_post(&jobs[i].started);
    }
    CHECK_EQ(coil_cfuture_cancel_and_wait(handles[2], LIMIT).status, -ECANCELED);
    coil_cfuture_unref(handles[2]);
    for (unsigned i = 0; i < 2; i++) {
        pool_let_go(pool, i, &jobs[i]);
        CHECK_EQ(finish(handles[i]), i);
    }
    coil_executor_close(pool); /* not in a task */
    for (int i = 0; i < 3; i++)
        job_fini(&jobs[i]);
}

/* ---- shutting down ---- */

TEST(after_shutdown_jobs_are_refused_and_their_arguments_dropped)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_job_options options = {.drop_arg = job_drop};
    struct job job;

    job_init(&job);
    CHECK_EQ(coil_executor_shutdown(pool, NULL), 0); /* not in a task */
    CHECK_EQ(finish(coil_executor_submit_with(pool, job_run, &job, &options)), -COIL_ESTOPPED);
    CHECK_EQ(job.dropped, 1);
    CHECK_EQ(coil_executor_shutdown(pool, NULL), 0); /* again; not in a task */
    coil_executor_close(pool);                       /* not in a task */
    CHECK_EQ(job.runs, 0);
    job_fini(&job);
}

DRIVER_TEST(shutdown_cancels_and_waits_for_the_unwinding)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_cfuture *handles[4];
    struct job jobs[4];

    for (int i = 0; i < 4; i++) {
        job_init(&jobs[i]);
        handles[i] = coil_executor_submit(pool, job_run, &jobs[i]);
        await_post(&jobs[i].started);
    }
    CHECK_EQ(coil_executor_shutdown(pool, NULL), 0); /* not in a task */
    for (int i = 0; i < 4; i++) {
        CHECK_EQ(jobs[i].cancels, 1);
        CHECK_EQ(finish(handles[i]), -ECANCELED);
        job_fini(&jobs[i]);
    }
    coil_executor_close(pool); /* not in a task */
}

static void set_event(void *event)
{
    coil_event_set(event);
}

TEST(draining_lets_jobs_end_by_themselves)
{
    struct shutdown shutdown = {.pool = open_pool(2, COIL_ROUND_ROBIN),
                                .options = {.drain_ns = COIL_FOREVER}};
    struct coil_cfuture *handle, *late;
    struct coil_call call;
    struct job job;

    job_init(&job);
    job.result = coil_number(6);
    handle = coil_executor_submit(shutdown.pool, job_run, &job);
    await_post(&job.started);
    shutdown_begin(&shutdown);
    do
        late = coil_executor_submit(shutdown.pool, give_number, NULL);
    while (finish(late) != -COIL_ESTOPPED);
    CHECK(!coil_cfuture_done(handle));
    coil_call_init(&call, set_event, &job.event);
    coil_call_soon_threadsafe(coil_loop_pool_loop(shutdown.pool, 0), &call);
    CHECK_EQ(finish(handle), 6);
    CHECK_EQ(shutdown_end(&shutdown), 0);
    coil_executor_close(shutdown.pool); /* not in a task */
    job_fini(&job);
}

/* Ends when it is cancelled, and says so. */
static coil_async struct coil_result end_and_tell(void *heard)
{
    struct coil_event never = {0};
    int err = coil_event_wait(&never);

    sem_post((sem_t *)heard);
    return coil_error(err);
}

/* Refuses to end until that one has. */
static coil_async struct coil_result outlast(void *heard)
{
    while (sem_trywait((sem_t *)heard) != 0)
        coil_sleep(COIL_MS(1));
    return coil_number(1);
}

/* One after the other, the first would have to be left behind, in whatever order they are told. */
DRIVER_TEST(all_loops_are_told_at_once)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_cfuture *ends[2], *outlasts[2];
    sem_t heard[2];

    if (strcmp(getenv("COIL_DRIVER"), "sim") == 0)
        SKIP("the grace of a simulated loop takes no time");
    for (int i = 0; i < 2; i++) {
        sem_init(&heard[i], 0, 0);
        ends[i] = coil_executor_submit(pool, end_and_tell, &heard[i]);
    }
    for (int i = 0; i < 2; i++)
        outlasts[i] = coil_executor_submit(pool, outlast, &heard[1 - i]);
    for (int i = 0; i < 2; i++) /* what is submitted now begins behind them */
        CHECK_EQ(finish(coil_executor_submit(pool, give_number, (void *)3)), 3);
    CHECK_EQ(coil_executor_shutdown(pool, NULL), 0); /* not in a task */
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(finish(ends[i]), -ECANCELED);
        CHECK_EQ(finish(outlasts[i]), 1);
    }
    coil_executor_close(pool); /* not in a task */
}

/* ---- what does not end ---- */

DRIVER_TEST(a_job_that_ignores_cancellation_is_left_behind_and_told_of)
{
    struct coil_stop_options options = {.grace_ns = -1, .survivor = note_survivor};
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_job_options stubborn = {.name = "stubborn"};
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    job.swallows = -1;
    handle = coil_executor_submit_with(pool, job_run, &job, &stubborn);
    await_post(&job.started);
    CHECK_EQ(coil_executor_shutdown(pool, &options), 1); /* not in a task */
    CHECK_EQ(lines, 1);
    CHECK_HAS(last_line, "stubborn");
    CHECK(pthread_equal(told_on, pthread_self()));
    CHECK_EQ(finish(handle), -COIL_ESTOPPED);
    coil_executor_close(pool); /* not in a task */
    job_fini(&job);
}

/* The first job, and the second as a task beside it. */
static coil_async struct coil_result run_both(void *jobs)
{
    coil_future_unref(coil_create_task(job_run, (struct job *)jobs + 1));
    return job_run(jobs);
}

TEST(a_task_of_a_job_is_told_of_but_counts_not_as_a_job)
{
    struct coil_stop_options options = {.grace_ns = -1, .survivor = note_survivor};
    struct coil_executor *pool = open_pool(1, COIL_ROUND_ROBIN);
    struct coil_cfuture *handle;
    struct job jobs[2];

    for (int i = 0; i < 2; i++) {
        job_init(&jobs[i]);
        jobs[i].swallows = -1;
    }
    handle = coil_executor_submit(pool, run_both, jobs);
    for (int i = 0; i < 2; i++)
        await_post(&jobs[i].started);
    CHECK_EQ(coil_executor_shutdown(pool, &options), 1); /* not in a task */
    CHECK_EQ(lines, 2);
    CHECK_EQ(finish(handle), -COIL_ESTOPPED);
    coil_executor_close(pool); /* not in a task */
    for (int i = 0; i < 2; i++)
        job_fini(&jobs[i]);
}

static int threads_alive(void)
{
    DIR *folder = opendir("/proc/self/task");
    int n = 0;

    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(folder);
    return n;
}

/* Holds its loop until it is let go, as a coroutine must not. */
struct hold {
    sem_t in, out;
    int dropped;
};

static void count_drop(void *dropped)
{
    __atomic_add_fetch((int *)dropped, 1, __ATOMIC_SEQ_CST);
}

static struct coil_result hold_up(void *arg)
{
    struct hold *hold = arg;

    sem_post(&hold->in);
    while (sem_wait(&hold->out) != 0)
        ;
    return coil_value(&hold->dropped);
}

static struct coil_result compute_until_asked_to_end(void *begun)
{
    sem_post(begun);
    while (!coil_job_cancelled())
        sched_yield();
    return coil_number(42);
}

TEST(a_job_that_never_awaits_sees_its_cancellation_when_it_asks)
{
    struct coil_executor *pool = open_pool(1, COIL_LEAST_LOADED);
    struct coil_cfuture *job;
    sem_t begun;

    sem_init(&begun, 0, 0);
    job = coil_executor_submit(pool, compute_until_asked_to_end, &begun);
    await_post(&begun);
    CHECK(coil_cfuture_cancel(job));
    CHECK_EQ(finish(job), 42);
    coil_executor_close(pool); /* not in a task */
}

TEST(a_job_that_never_awaits_sees_that_its_pool_is_done_waiting_when_it_asks)
{
    struct coil_stop_options options = {.drain_ns = COIL_MS(1), .grace_ns = LIMIT};
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_cfuture *jobs[2];
    sem_t begun;

    sem_init(&begun, 0, 0);
    for (int i = 0; i < 2; i++)
        jobs[i] = coil_executor_submit(pool, compute_until_asked_to_end, &begun);
    for (int i = 0; i < 2; i++)
        await_post(&begun);
    CHECK_EQ(coil_executor_shutdown(pool, &options), 0); /* not in a task */
    for (int i = 0; i < 2; i++)
        CHECK_EQ(finish(jobs[i]), 42);
    coil_executor_close(pool); /* not in a task */
}

TEST(a_job_that_does_not_return_holds_nobody_else_up)
{
    struct coil_stop_options options = {.grace_ns = COIL_MS(100), .survivor = note_survivor};
    struct coil_executor *pool = open_pool(2, COIL_LEAST_LOADED);
    struct coil_job_options begun = {.name = "begun", .drop_result = count_drop},
                            queued = {.key = 0, .drop_arg = job_drop};
    struct coil_cfuture *holds, *behind[4], *elsewhere;
    int alive = threads_alive() - 2;
    struct hold hold = {.dropped = 0};
    struct job job;

    job_init(&job);
    sem_init(&hold.in, 0, 0);
    sem_init(&hold.out, 0, 0);
    holds = coil_executor_submit_with(pool, hold_up, &hold, &begun); /* on the first */
    await_post(&hold.in);
    elsewhere = coil_executor_submit(pool, wait_for_ever, NULL); /* on the second */
    for (int i = 0; i < 4; i++)                                  /* two of them on each */
        behind[i] = coil_executor_submit_with(pool, job_run, &job, &queued);
    for (int i = 0; i < 2; i++)
        await_post(&job.started);
    CHECK_EQ(coil_executor_shutdown(pool, &options), 1); /* not in a task */
    CHECK_EQ(lines, 1);
    CHECK_HAS(last_line, "begun on loop coil-loop-0");
    CHECK_EQ(finish(holds), -COIL_ESTOPPED);
    CHECK_EQ(finish(elsewhere), -ECANCELED);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(finish(behind[i]), -ECANCELED);
    CHECK_EQ(job.dropped, 4);
    CHECK_EQ(coil_executor_jobs(pool), 0);
    coil_executor_close(pool); /* not in a task */
    CHECK_EQ(hold.dropped, 0);
    sem_post(&hold.out); /* it comes back: what it brings is dropped, and its loop goes */
    await_number(&hold.dropped, 1);
    for (int ms = 0; threads_alive() > alive; ms++) {
        CHECK(ms < LIMIT / COIL_MS(1));
        usleep(1000);
    }
    CHECK_EQ(job.runs, 2);
    job_fini(&job);
}

/* ---- from inside ---- */

static coil_async struct coil_result shut_down_here(void *pool)
{
    return coil_error(coil_executor_shutdown(pool, NULL));
}

TEST(a_job_only_begins_its_own_pools_shutdown)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_cfuture *waits = coil_executor_submit(pool, wait_for_ever, NULL);

    CHECK_EQ(finish(coil_executor_submit(pool, shut_down_here, pool)), -EDEADLK);
    CHECK_EQ(finish(waits), -ECANCELED);
    CHECK_EQ(coil_executor_shutdown(pool, &no_grace), 0); /* not in a task */
    coil_executor_close(pool);                            /* not in a task */
}

static coil_async struct coil_result shut_down_in_task(void *pool)
{
    int64_t left_behind = coil_executor_shutdown(pool, NULL);

    coil_executor_close(pool);
    return coil_number(left_behind);
}

TEST(a_task_of_another_loop_awaits_the_shutdown)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_cfuture *waits = coil_executor_submit(pool, wait_for_ever, NULL);

    CHECK_EQ(coil_run(shut_down_in_task, pool).status, 0);
    CHECK_EQ(finish(waits), -ECANCELED);
}
