/* What a job finds in its worker. */
#include <signal.h>
#include <sys/prctl.h>

#include "pool_jobs.h"

static struct coil_result tell_name(void *unused)
{
    char name[16];

    (void)unused;
    prctl(PR_GET_NAME, name);
    return coil_bytes_result(name, strlen(name) + 1);
}

TEST(worker_is_named_after_its_pool)
{
    struct coil_process_pool_options options = {.workers = 1, .name = "resizers"};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *job = give(pool, tell_name, 0);

    CHECK_EQ(wait_for(job).status, 0);
    CHECK_STR(((struct coil_bytes *)wait_for(job).value)->data, "resizers-0");
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

static struct coil_result interrupt_self(void *unused)
{
    (void)unused;
    raise(SIGINT);
    return coil_number(1);
}

TEST(interrupt_at_the_terminal_is_not_for_workers)
{
    struct coil_executor *pool = open_processes(1);

    CHECK_EQ(status_of(give(pool, interrupt_self, 0)), 1);
    coil_executor_close(pool);
}

static coil_async struct coil_result check_arg(void *arg)
{
    if ((uintptr_t)arg % _Alignof(max_align_t) != 0)
        return coil_error(-EFAULT);
    coil_yield();
    return coil_number((int64_t)coil_job_arg_bytes(arg));
}

TEST(argument_is_aligned_and_knows_its_size)
{
    struct coil_executor *pool = open_processes(1);
    char data[100] = "";

    for (size_t size = 0; size < sizeof(data); size += 9)
        CHECK_EQ(status_of(coil_executor_submit_bytes(pool, check_arg, data, size)), (int64_t)size);
    coil_executor_close(pool);
}

static coil_async struct coil_result use_loop(void *unused)
{
    struct coil_future *sleeps[10];

    (void)unused;
    for (int i = 0; i < 10; i++)
        sleeps[i] = coil_create_task(wait_for_ever, NULL);
    coil_yield();
    for (int i = 0; i < 10; i++) {
        coil_future_cancel(sleeps[i], NULL);
        coil_await(sleeps[i]);
        coil_future_unref(sleeps[i]);
    }
    return coil_number(coil_current_task() != NULL);
}

TEST(job_is_a_task_of_a_loop)
{
    struct coil_executor *pool = open_processes(1);

    CHECK_EQ(status_of(give(pool, use_loop, 0)), 1);
    coil_executor_close(pool);
}

static coil_async struct coil_result sleep_briefly(void *unused)
{
    (void)unused;
    return coil_error(coil_sleep(COIL_MS(1)));
}

TEST(time_passes_in_workers_on_every_driver)
{
    struct coil_executor *pool;

    setenv("COIL_DRIVER", "sim", 1);
    pool = open_processes(1);
    CHECK_EQ(status_of(give(pool, sleep_briefly, 0)), 0);
    coil_executor_close(pool);
}

static struct coil_result not_cancelled(void *unused)
{
    (void)unused;
    return coil_number(coil_job_cancelled());
}

TEST(job_that_nobody_cancels_is_not_cancelled)
{
    struct coil_executor *pool = open_processes(1);

    CHECK_EQ(status_of(give(pool, not_cancelled, 0)), 0);
    coil_executor_close(pool);
}

TEST(one_of_several_at_once_is_cancelled_alone)
{
    struct coil_process_pool_options options = {.workers = 1, .at_once = 3};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *jobs[3];

    for (int i = 0; i < 3; i++)
        jobs[i] = give(pool, sleep_for_ever, 0);
    await_running(jobs[2]);
    coil_cfuture_cancel(jobs[1]);
    CHECK_EQ(status_of(jobs[1]), -ECANCELED);
    CHECK(!coil_cfuture_done(jobs[0]) && !coil_cfuture_done(jobs[2]));
    coil_cfuture_cancel(jobs[0]);
    coil_cfuture_cancel(jobs[2]);
    CHECK_EQ(status_of(jobs[0]), -ECANCELED);
    CHECK_EQ(status_of(jobs[2]), -ECANCELED);
    coil_executor_close(pool);
}
