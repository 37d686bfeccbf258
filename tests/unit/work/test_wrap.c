/* wrap_future: a coroutine of one loop awaits a job of another. */
#include "jobs.h"

static struct coil_thread *far_away;

static coil_async struct coil_result await_wrapped(void *handle)
{
    struct coil_future *future = coil_wrap_future((struct coil_cfuture *)handle);
    struct coil_result result = coil_await(future);

    if (result.status < 0 && coil_future_exception(future) != NULL)
        coil_raise(result.status, "passed on: %s",
                   coil_exception_text(coil_future_exception(future)));
    coil_future_unref(future);
    return result;
}

DRIVER_TEST(wrapped_future_gives_the_result_of_the_job)
{
    struct coil_cfuture *handle;

    far_away = open_thread();
    handle = coil_submit(far_away, give_number, (void *)21);
    CHECK_EQ(coil_run(await_wrapped, handle).status, 21);
    CHECK_EQ(coil_run(await_wrapped, handle).status, 21); /* done already */
    CHECK_EQ(finish(handle), 21);
    coil_thread_close(far_away);
}

TEST(wrapped_future_waits_for_the_job)
{
    struct coil_thread *here = open_thread();
    struct coil_cfuture *inner, *outer;
    struct job job;

    job_init(&job);
    job.result = coil_number(13);
    far_away = open_thread();
    inner = coil_submit(far_away, job_run, &job);
    outer = coil_submit(here, await_wrapped, inner);
    await_post(&job.started);
    CHECK_EQ(coil_cfuture_wait(outer, COIL_MS(5)), -ETIMEDOUT);
    job_let_go(far_away, &job);
    CHECK_EQ(finish(outer), 13);
    CHECK_EQ(finish(inner), 13);
    coil_thread_close(here);
    coil_thread_close(far_away);
    job_fini(&job);
}

static int freed;

static void count_free(void *value)
{
    freed++;
    free(value);
}

static struct coil_result allocate(void *unused)
{
    (void)unused;
    return coil_value(malloc(8));
}

TEST(wrapped_value_stays_the_jobs)
{
    struct coil_task_options options = {.drop_result = count_free};
    struct coil_cfuture *handle;

    far_away = open_thread();
    handle = coil_submit_with(far_away, allocate, NULL, &options);
    CHECK(coil_run(await_wrapped, handle).value != NULL);
    CHECK_EQ(freed, 0);
    CHECK_EQ(finish(handle), 0);
    coil_thread_close(far_away); /* the job's own hold on it is the last, or ours was */
    CHECK_EQ(freed, 1);
}

TEST(wrapped_failure_brings_its_exception)
{
    struct coil_thread *here = open_thread();
    struct coil_cfuture *inner, *outer;

    far_away = open_thread();
    inner = coil_submit(far_away, fail, NULL);
    outer = coil_submit(here, await_wrapped, inner);
    CHECK_EQ(coil_cfuture_wait(outer, LIMIT), 0);
    CHECK_STR(coil_exception_text(coil_cfuture_exception(outer)), "passed on: the disk is on fire");
    CHECK_EQ(finish(outer), -EIO);
    CHECK_EQ(finish(inner), -EIO);
    coil_thread_close(here);
    coil_thread_close(far_away);
}

TEST(cancelling_who_awaits_cancels_the_job)
{
    struct coil_thread *here = open_thread();
    struct coil_cfuture *inner, *outer;
    struct job job;

    job_init(&job);
    far_away = open_thread();
    inner = coil_submit(far_away, job_run, &job);
    outer = coil_submit(here, await_wrapped, inner);
    await_post(&job.started);
    while (coil_cfuture_state(outer) == COIL_CFUTURE_PENDING)
        usleep(100);
    CHECK_EQ(coil_cfuture_cancel_and_wait(outer, LIMIT).status, -ECANCELED);
    CHECK_EQ(finish(inner), -ECANCELED);
    coil_cfuture_unref(outer);
    CHECK_EQ(job.cancels, 1);
    coil_thread_close(here);
    coil_thread_close(far_away);
    job_fini(&job);
}

TEST(job_that_is_cancelled_cancels_who_awaits)
{
    struct coil_thread *here = open_thread();
    struct coil_cfuture *inner, *outer;

    far_away = open_thread();
    inner = coil_submit(far_away, wait_for_ever, NULL);
    outer = coil_submit(here, await_wrapped, inner);
    CHECK(coil_cfuture_cancel(inner));
    CHECK_EQ(finish(outer), -ECANCELED);
    CHECK_EQ(finish(inner), -ECANCELED);
    coil_thread_close(here);
    coil_thread_close(far_away);
}

TEST(jobs_loop_that_closes_first_tells_who_awaits)
{
    struct coil_thread *here = open_thread();
    struct coil_cfuture *inner, *outer;
    struct job job;

    job_init(&job);
    job.swallows = -1;
    far_away = open_thread();
    inner = coil_submit(far_away, job_run, &job);
    outer = coil_submit(here, await_wrapped, inner);
    await_post(&job.started);
    errors_begin();
    coil_thread_stop(far_away, &(struct coil_stop_options){.grace_ns = -1});
    free(errors_end());
    CHECK_EQ(finish(outer), -COIL_ESTOPPED);
    CHECK_EQ(finish(inner), -COIL_ESTOPPED);
    coil_thread_close(here);
    coil_thread_close(far_away);
    job_fini(&job);
}

static struct coil_future *kept;

static coil_async struct coil_result wrap_and_keep(void *handle)
{
    kept = coil_wrap_future((struct coil_cfuture *)handle);
    return coil_value(NULL);
}

TEST(loop_of_the_wrapped_future_may_close_first)
{
    struct coil_loop *loop;
    struct coil_future *task;
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    far_away = open_thread();
    handle = coil_submit(far_away, job_run, &job);
    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    task = coil_create_task_with(wrap_and_keep, handle, &(struct coil_task_options){.loop = loop});
    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 0);
    coil_future_unref(task);
    CHECK(!coil_future_done(kept));
    coil_loop_close(loop);
    CHECK(coil_future_done(kept));
    CHECK_EQ(coil_future_result(kept).status, -COIL_ESTOPPED);
    coil_future_unref(kept);
    await_post(&job.started);
    job_let_go(far_away, &job); /* it did not hear of all that */
    CHECK_EQ(finish(handle), 0);
    coil_thread_close(far_away);
    job_fini(&job);
}

static coil_async struct coil_result await_and_fail(void *job)
{
    CHECK_EQ(job_run(job).status, -ECANCELED);
    return coil_raise(EIO, "the disk is on fire");
}

static coil_async struct coil_result wrap_and_cancel(void *handle)
{
    struct coil_future *future = coil_wrap_future((struct coil_cfuture *)handle);

    CHECK(coil_future_cancel(future, "enough"));
    CHECK(coil_future_cancelled(future)); /* at once; the job unwinds meanwhile */
    coil_future_unref(future);
    while (!coil_cfuture_done((struct coil_cfuture *)handle))
        coil_sleep(COIL_MS(1));
    coil_cfuture_unref((struct coil_cfuture *)handle);
    return coil_yield() != 0 ? coil_error(-EIO) : coil_number(0);
}

TEST(what_a_job_fails_with_after_its_wrap_was_cancelled_is_not_reported)
{
    struct coil_cfuture *handle;
    struct job job;
    char *errors;

    job_init(&job);
    far_away = open_thread();
    handle = coil_submit(far_away, await_and_fail, &job);
    await_post(&job.started);
    errors_begin();
    CHECK_EQ(coil_run(wrap_and_cancel, handle).status, 0);
    coil_thread_close(far_away);
    errors = errors_end();
    CHECK_STR(errors, "");
    free(errors);
    job_fini(&job);
}

TEST(loop_that_closes_cancels_the_job_its_task_awaits)
{
    struct coil_loop *loop;
    struct coil_future *outer;
    struct coil_cfuture *inner;
    struct job job;

    job_init(&job);
    far_away = open_thread();
    inner = coil_submit(far_away, job_run, &job);
    await_post(&job.started);
    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    outer = coil_create_task_with(await_wrapped, inner, &(struct coil_task_options){.loop = loop});
    coil_loop_stop(loop);
    CHECK_EQ(coil_loop_run_forever(loop), 0); /* one turn */
    errors_begin();
    coil_loop_close(loop);
    free(errors_end()); /* of the pending task */
    CHECK_EQ(coil_future_result(outer).status, -ECANCELED);
    coil_future_unref(outer);
    CHECK_EQ(finish(inner), -ECANCELED);
    CHECK_EQ(job.cancels, 1);
    coil_thread_close(far_away);
    job_fini(&job);
}

TEST(wrapping_twice_gives_two_futures_of_one_job)
{
    struct coil_thread *here = open_thread();
    struct coil_cfuture *inner, *outer[2];
    struct job job;

    job_init(&job);
    job.result = coil_number(1);
    inner = coil_submit(here, job_run, &job); /* the same loop will do as well */
    for (int i = 0; i < 2; i++)
        outer[i] = coil_submit(here, await_wrapped, inner);
    job_let_go(here, &job);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(finish(outer[i]), 1);
    CHECK_EQ(finish(inner), 1);
    coil_thread_close(here);
    job_fini(&job);
}

FAIL_TEST(wrapping_outside_a_loop_aborts, "coil_wrap_future needs a running loop")
{
    far_away = open_thread();
    coil_wrap_future(coil_submit(far_away, wait_for_ever, NULL));
}
