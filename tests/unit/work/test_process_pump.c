/* Which job goes to which worker, and which of them can still be taken back. */
#include <sched.h>

#include "pool_jobs.h"
#include "work/processes.h"

static struct process_job *inside(struct coil_cfuture *job)
{
    return container_of(job, struct process_job, future);
}

static void await_two_workers(struct coil_executor *pool, struct coil_cfuture *busy[2])
{
    for (int i = 0; i < 2; i++) {
        busy[i] = give(pool, compute_until_told, 0);
        await_running(busy[i]);
    }
}

static void end(struct coil_cfuture *job)
{
    coil_cfuture_cancel(job);
    CHECK_EQ(status_of(job), 42);
}

TEST(jobs_wait_at_workers_that_are_all_busy)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *first = give(pool, compute_until_told, 0), *second;

    await_running(first);
    second = give(pool, double_it, 3);
    CHECK(inside(second)->waits);
    CHECK_EQ(coil_cfuture_state(second), COIL_CFUTURE_PENDING);
    end(first);
    CHECK_EQ(status_of(second), 6);
    coil_executor_close(pool);
}

TEST(more_jobs_than_can_wait_at_a_worker_wait_in_the_queue)
{
    enum { N = 3 * WAITING_MOST };
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *first = give(pool, compute_until_told, 0), *jobs[N];

    await_running(first);
    for (int i = 0; i < N; i++)
        jobs[i] = give(pool, double_it, i);
    CHECK_EQ(pool_of(pool)->seats[0].n_waiting, WAITING_MOST);
    CHECK_EQ(pool_of(pool)->queued, N - WAITING_MOST);
    end(first);
    for (int i = 0; i < N; i++)
        CHECK_EQ(status_of(jobs[i]), 2 * i);
    coil_executor_close(pool);
}

/* Though the job before it never ends. */
TEST(job_that_waits_goes_to_a_worker_that_has_become_free)
{
    struct coil_executor *pool = open_processes(2);
    struct coil_cfuture *busy[2], *jobs[4];

    await_two_workers(pool, busy);
    for (int i = 0; i < 4; i++)
        jobs[i] = give(pool, double_it, i);
    CHECK(inside(jobs[0])->waits && inside(jobs[1])->waits);
    CHECK(inside(jobs[0])->seat != inside(jobs[1])->seat);
    end(busy[1]);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(status_of(jobs[i]), 2 * i);
    CHECK(!coil_cfuture_done(busy[0]));
    end(busy[0]);
    coil_executor_close(pool);
}

TEST(job_that_waits_and_is_cancelled_never_runs)
{
    enum { N = WAITING_MOST };
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *first = give(pool, compute_until_told, 0), *jobs[N];

    for (int round = 0; round < 3; round++) { /* its slots are not back meanwhile */
        await_running(first);
        for (int i = 0; i < N; i++)
            jobs[i] = give(pool, kill_self, 9);
        for (int i = 0; i < N; i++) {
            CHECK(coil_cfuture_cancel(jobs[i]));
            CHECK(coil_cfuture_done(jobs[i]));
            CHECK_EQ(status_of(jobs[i]), -ECANCELED);
        }
    }
    end(first);
    CHECK_EQ(status_of(give(pool, double_it, 1)), 2);
    coil_executor_close(pool);
}

TEST(kill_harms_no_job_that_only_waits)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *first = give(pool, compute_for_ever, 0), *jobs[5];

    await_running(first);
    for (int i = 0; i < 5; i++)
        jobs[i] = give(pool, double_it, i);
    CHECK_EQ(coil_process_pool_kill(first), 0);
    CHECK_EQ(status_of(first), -ECANCELED);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(status_of(jobs[i]), 2 * i);
    coil_executor_close(pool);
}

static struct coil_result count_up(void *unused)
{
    static int n;

    (void)unused;
    return coil_number(n++);
}

TEST(jobs_that_waited_for_a_worker_that_died_keep_their_order)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *first = give(pool, compute_for_ever, 0), *jobs[50];

    await_running(first);
    for (int i = 0; i < 50; i++)
        jobs[i] = give(pool, count_up, 0);
    CHECK_EQ(coil_process_pool_kill(first), 0);
    CHECK_EQ(status_of(first), -ECANCELED);
    for (int i = 0; i < 50; i++)
        CHECK_EQ(status_of(jobs[i]), i);
    coil_executor_close(pool);
}

/* Its time begins when it runs. */
TEST(waiting_at_a_worker_costs_no_time)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_job_options options = {.timeout_ns = COIL_SECONDS(1000)};
    struct coil_cfuture *first = give(pool, compute_until_told, 0), *second;

    await_running(first);
    second = coil_executor_submit_bytes_with(pool, sleep_for_ever, NULL, 0, &options);
    CHECK(inside(second)->waits);
    CHECK_EQ(inside(second)->deadline_ns, 0);
    end(first);
    await_running(second);
    CHECK(inside(second)->deadline_ns > 0);
    coil_cfuture_cancel(second);
    CHECK_EQ(status_of(second), -ECANCELED);
    coil_executor_close(pool);
}

TEST(no_more_jobs_wait_at_a_worker_than_it_may_have)
{
    struct coil_process_pool_options options = {.workers = 1, .jobs_each = 3};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *jobs[9];

    for (int i = 0; i < 9; i++)
        jobs[i] = give(pool, tell_pid, 0);
    for (int i = 0; i < 9; i += 3) {
        int64_t pid = status_of(jobs[i]);

        CHECK_EQ(status_of(jobs[i + 1]), pid);
        CHECK_EQ(status_of(jobs[i + 2]), pid);
    }
    coil_executor_close(pool);
}

/* ---- what is not taken back ---- */

static struct coil_result tell_size(void *bytes)
{
    return coil_number((int64_t)coil_job_arg_bytes(bytes));
}

/* Its packet would be taken for that of the next one. */
TEST(job_that_travels_as_a_packet_does_not_wait_at_a_worker_however_small)
{
    struct coil_process_pool_options options = {.workers = 2, .shared_bytes = 16};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *busy[2], *jobs[4];
    char data[100] = "";

    await_two_workers(pool, busy);
    for (size_t i = 0; i < 4; i++) {
        jobs[i] = coil_executor_submit_bytes(pool, tell_size, data, 97 + i);
        CHECK(!inside(jobs[i])->waits);
    }
    coil_cfuture_cancel(jobs[0]);
    CHECK_EQ(status_of(jobs[0]), -ECANCELED);
    end(busy[1]);
    for (int i = 1; i < 4; i++)
        CHECK_EQ(status_of(jobs[i]), 97 + i);
    end(busy[0]);
    coil_executor_close(pool);
}

/* ---- who hears late ---- */

/* The loop is rung, and does not listen: the answer lies there. */
static void await_answer(struct coil_cfuture *job)
{
    const struct seat *seat = &inside(job)->pool->seats[0];

    while (!tray_has(&seat->board->answers) && !coil_cfuture_done(job))
        ;
}

static coil_async struct coil_result kill_what_is_done(void *arg)
{
    struct coil_executor *pool = arg;
    struct coil_cfuture *job;

    CHECK_EQ(await_status_of(give(pool, double_it, 1)), 2);
    job = give(pool, double_it, 4);
    await_answer(job);
    CHECK_EQ(coil_process_pool_kill(job), -EALREADY);
    return coil_number(status_of(job));
}

TEST(worker_whose_last_job_was_done_before_it_was_killed_is_replaced)
{
    struct coil_process_pool_options options = {.workers = 1, .jobs_each = 2};
    struct coil_executor *pool = open_processes_with(&options);

    for (int i = 0; i < 10; i++)
        CHECK_EQ(coil_run(kill_what_is_done, pool).status, 8);
    coil_executor_close(pool);
}

/* As if the manager had come by in between. */
static coil_async struct coil_result kill_what_was_harvested(void *arg)
{
    struct coil_executor *executor = arg;
    struct process_pool *pool = pool_of(executor);
    struct coil_cfuture *job;
    struct coil_link done;

    CHECK_EQ(await_status_of(give(executor, double_it, 1)), 2);
    job = give(executor, double_it, 4);
    await_answer(job);
    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    coil__seat_harvest(&pool->seats[0], &done);
    pthread_mutex_unlock(&pool->lock);
    CHECK_EQ(coil_process_pool_kill(job), -EALREADY);
    coil__process_complete(&done);
    return coil_number(status_of(job));
}

TEST(job_that_is_done_and_not_told_of_is_not_killed)
{
    struct coil_executor *pool = open_processes(1);

    for (int i = 0; i < 10; i++)
        CHECK_EQ(coil_run(kill_what_was_harvested, pool).status, 8);
    coil_executor_close(pool);
}

/* The second one does not fit into a slot, and waits in the queue. */
static coil_async struct coil_result run_out_of_time_when_done(void *arg)
{
    static const char data[2000];
    struct coil_executor *pool = arg;
    struct coil_job_options options = {.timeout_ns = COIL_MS(2)};
    struct coil_cfuture *first, *second;
    int64_t number = 3, status;

    CHECK_EQ(await_status_of(give(pool, double_it, 1)), 2);
    first = coil_executor_submit_bytes_with(pool, double_it, &number, sizeof(number), &options);
    second = coil_executor_submit_bytes(pool, tell_size, data, sizeof(data));
    while (!coil_cfuture_done(first))
        ;
    status = status_of(first);
    CHECK(status == 6 || status == -ETIMEDOUT); /* a busy machine needs longer */
    return coil_number(status_of(second));
}

TEST(next_job_is_sent_when_one_whose_time_is_up_turns_out_to_be_done)
{
    struct coil_executor *pool = open_processes(1);

    for (int i = 0; i < 10; i++)
        CHECK_EQ(coil_run(run_out_of_time_when_done, pool).status, 2000);
    coil_executor_close(pool);
}
