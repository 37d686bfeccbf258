/* Jobs on their way to workers. */
#include <sched.h>
#include <signal.h>

#include "base/fault.h"
#include "pool_jobs.h"

static struct coil_result count_up(void *unused)
{
    static int n;

    (void)unused;
    return coil_number(n++);
}

TEST(one_worker_runs_jobs_in_order_of_submission)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *jobs[50];

    for (int i = 0; i < 50; i++)
        jobs[i] = give(pool, count_up, 0);
    for (int i = 0; i < 50; i++)
        CHECK_EQ(status_of(jobs[i]), i);
    coil_executor_close(pool);
}

TEST(many_at_once_fill_the_socket_and_are_all_done)
{
    enum { N = 400 };
    struct coil_process_pool_options options = {.workers = 1, .at_once = N};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *jobs[N];
    static char data[20000];

    for (int i = 0; i < N; i++)
        jobs[i] = coil_executor_submit_bytes(pool, echo, data, sizeof(data));
    for (int i = 0; i < N; i++)
        CHECK_EQ(status_of(jobs[i]), 0);
    for (int i = 0; i < N; i++)
        jobs[i] = coil_executor_submit_bytes(pool, sleep_for_ever, data, sizeof(data));
    for (int i = 0; i < N; i++)
        coil_cfuture_cancel(jobs[i]);
    for (int i = 0; i < N; i++)
        CHECK_EQ(status_of(jobs[i]), -ECANCELED);
    coil_executor_close(pool);
}

static struct coil_result tell_size(void *bytes)
{
    return coil_number((int64_t)coil_job_arg_bytes(bytes));
}

/* Its memory file cannot be made when it is submitted: it is when it is sent. */
TEST(large_job_without_a_descriptor_has_a_second_chance)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *first = give(pool, compute_until_told, 0), *second;
    static char data[100000];

    await_running(first);
    coil__fault_arm(FAULT_SYS, 1, false);
    second = coil_executor_submit_bytes(pool, tell_size, data, sizeof(data));
    coil__fault_arm(FAULT_SYS, 0, false);
    coil_cfuture_cancel(first);
    CHECK_EQ(status_of(first), 42);
    CHECK_EQ(status_of(second), sizeof(data));
    coil_executor_close(pool);
}

/* Two jobs in one worker are reason enough for another one, which then has the fewest. */
TEST(jobs_spread_over_workers_before_they_share_one)
{
    struct coil_process_pool_options options = {.workers = 2, .at_once = 4};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *first = give(pool, sleep_for_ever, 0), *second;
    int pids[2];

    await_running(first);
    CHECK_EQ(coil_process_pool_pids(pool, pids, 2), 1);
    second = give(pool, sleep_for_ever, 0);
    await_running(second);
    while (coil_process_pool_pids(pool, pids, 2) < 2)
        sched_yield();
    while (status_of(give(pool, tell_pid, 0)) != pids[1]) /* it begins */
        ;
    coil_cfuture_cancel(first);
    coil_cfuture_cancel(second);
    CHECK_EQ(status_of(first), -ECANCELED);
    CHECK_EQ(status_of(second), -ECANCELED);
    coil_executor_close(pool);
}

/* ---- more descriptors on their way than a user may have ---- */

static struct coil_result stop_self(void *unused)
{
    (void)unused;
    raise(SIGSTOP);
    return coil_number(3);
}

TEST(more_descriptors_than_may_be_on_their_way_wait_for_others_to_arrive)
{
    enum { N = 90 };
    struct coil_process_pool_options options = {.workers = 1, .at_once = N + 1};
    struct coil_cfuture *jobs[N], *stopped;
    struct coil_executor *pool;
    static char data[40000];
    int pid;

    be_an_ordinary_user();
    pool = open_processes_with(&options);
    pid = (int)status_of(give(pool, tell_pid, 0));
    stopped = give(pool, stop_self, 0);
    await_stop(pid);
    for (int i = 0; i < N; i++)
        jobs[i] = coil_executor_submit_bytes(pool, tell_size, data, sizeof(data));
    kill(pid, SIGCONT);
    CHECK_EQ(status_of(stopped), 3);
    for (int i = 0; i < N; i++)
        CHECK_EQ(status_of(jobs[i]), sizeof(data));
    coil_executor_close(pool);
}
