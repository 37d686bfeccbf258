/* Waiting for a job to its end, in tasks and elsewhere. */
#include "base/fault.h"
#include "pools.h"
#include "work/join.h"

struct join {
    struct coil_cfuture *job;
    bool obeys;
    int err;
};

static coil_async struct coil_result join_in_task(void *arg)
{
    struct join *join = arg;

    CHECK(coil__joins_in_task());
    join->err = coil__join(join->job, join->obeys);
    CHECK(coil_cfuture_done(join->job));
    return coil_value(NULL);
}

TEST(a_thread_blocks_until_the_job_is_done)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *job = coil_submit(thread, give_number, (void *)4);

    CHECK(!coil__joins_in_task());
    CHECK_EQ(coil__join(job, true), 0); /* not in a task */
    CHECK_EQ(finish(job), 4);
    coil_thread_close(thread);
}

TEST(a_task_suspends_until_the_job_is_done)
{
    struct coil_thread *here = open_thread(), *there = open_thread();
    struct job job;
    struct join join;
    struct coil_cfuture *joins;

    job_init(&job);
    join = (struct join){.job = coil_submit(there, job_run, &job)};
    joins = coil_submit(here, join_in_task, &join);
    CHECK_EQ(finish(coil_submit(here, give_number, (void *)1)), 1); /* it goes on meanwhile */
    job_let_go(there, &job);
    CHECK_EQ(finish(joins), 0);
    CHECK_EQ(join.err, 0);
    coil_cfuture_unref(join.job);
    coil_thread_close(here);
    coil_thread_close(there);
    job_fini(&job);
}

TEST(cancelled_it_passes_that_on_and_returns_when_the_job_has_ended)
{
    struct coil_thread *here = open_thread(), *there = open_thread();
    struct coil_cfuture *joins;
    struct join join;
    struct job job;

    job_init(&job);
    job.swallows = 1;
    join = (struct join){.job = coil_submit(there, job_run, &job), .obeys = true};
    await_post(&job.started);
    joins = coil_submit(here, join_in_task, &join);
    while (coil_cfuture_task_id(joins) == 0 ||
           finish(coil_submit(here, give_number, (void *)1)) != 1)
        ;
    coil_cfuture_cancel(joins);
    await_post(&job.cancelled);
    CHECK(!coil_cfuture_done(joins));
    job_let_go(there, &job);
    CHECK_EQ(finish(joins), 0);
    CHECK_EQ(join.err, -ECANCELED);
    coil_cfuture_unref(join.job);
    coil_thread_close(here);
    coil_thread_close(there);
    job_fini(&job);
}

TEST(a_job_that_does_not_obey_is_not_cancelled_with_who_waits)
{
    struct coil_thread *here = open_thread(), *there = open_thread();
    struct coil_cfuture *joins;
    struct join join;
    struct job job;

    job_init(&job);
    join = (struct join){.job = coil_submit(there, job_run, &job)};
    await_post(&job.started);
    joins = coil_submit(here, join_in_task, &join);
    while (coil_cfuture_task_id(joins) == 0 ||
           finish(coil_submit(here, give_number, (void *)1)) != 1)
        ;
    coil_cfuture_cancel(joins);
    CHECK_EQ(finish(coil_submit(here, give_number, (void *)1)), 1);
    job_let_go(there, &job);
    CHECK_EQ(finish(joins), 0);
    CHECK_EQ(join.err, -ECANCELED);
    CHECK_EQ(job.cancels, 0);
    coil_cfuture_unref(join.job);
    coil_thread_close(here);
    coil_thread_close(there);
    job_fini(&job);
}

static coil_async struct coil_result join_without_memory(void *arg)
{
    coil__fault_arm(FAULT_ALLOC, 1, false);
    return join_in_task(arg);
}

TEST(without_memory_it_waits_all_the_same)
{
    struct coil_thread *thread = open_thread();
    struct join join = {.job = coil_submit(thread, wait_for_ever, NULL), .obeys = true};
    struct coil_cfuture *joins;

    while (coil_cfuture_task_id(join.job) == 0)
        ;
    joins = coil_submit(thread, join_without_memory, &join);
    while (coil_cfuture_task_id(joins) == 0)
        ;
    coil_cfuture_cancel(joins);
    CHECK_EQ(coil_cfuture_wait(joins, LIMIT), 0);
    coil_cfuture_unref(joins);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    coil_cfuture_cancel(join.job);
    finish(join.job);
    coil_thread_close(thread);
}
