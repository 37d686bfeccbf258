/* Futures of a loop, waited for from outside of it. */
#include "jobs.h"

/* A future that is made, and shared, on its loop. */
struct shared {
    struct coil_future *future; /* the loop's */
    struct coil_cfuture *handle;
    int dropped;
};

static struct coil_result begin(void *arg)
{
    struct shared *shared = arg;

    shared->future = coil_create_future();
    shared->handle = coil_share_future(shared->future);
    return coil_value(NULL);
}

static void on_loop(struct coil_thread *thread, coil_coroutine_fn *fn, void *arg)
{
    CHECK_EQ(finish(coil_submit_call(thread, fn, arg)), 0);
}

static void count_drop(void *dropped)
{
    ++*(int *)dropped;
}

static struct coil_result settle(void *arg)
{
    struct shared *shared = arg;

    coil_future_set_result(shared->future, coil_value(&shared->dropped), count_drop);
    coil_future_unref(shared->future);
    return coil_value(NULL);
}

static struct coil_result give_up(void *arg)
{
    coil_future_unref(((struct shared *)arg)->future);
    return coil_value(NULL);
}

DRIVER_TEST(a_thread_waits_for_a_future_of_a_loop)
{
    struct coil_thread *thread = open_thread();
    struct shared shared = {0};

    on_loop(thread, begin, &shared);
    CHECK_EQ(coil_cfuture_wait(shared.handle, 0), -ETIMEDOUT);
    CHECK_EQ(coil_cfuture_state(shared.handle), COIL_CFUTURE_RUNNING);
    on_loop(thread, settle, &shared);
    CHECK_EQ(coil_cfuture_wait(shared.handle, LIMIT), 0);
    CHECK_PTR(coil_cfuture_result(shared.handle, 0).value, &shared.dropped);
    coil_thread_close(thread);
    CHECK_EQ(shared.dropped, 0); /* the value is the handle's, */
    coil_cfuture_unref(shared.handle);
    CHECK_EQ(shared.dropped, 1); /* and goes with it */
}

TEST(a_value_that_is_taken_is_not_dropped)
{
    struct coil_thread *thread = open_thread();
    struct shared shared = {0};

    on_loop(thread, begin, &shared);
    on_loop(thread, settle, &shared);
    CHECK_PTR(coil_cfuture_take(shared.handle, LIMIT).value, &shared.dropped);
    coil_cfuture_unref(shared.handle);
    coil_thread_close(thread);
    CHECK_EQ(shared.dropped, 0);
}

static coil_async struct coil_result await_handle(void *handle)
{
    struct coil_future *wrap = coil_wrap_future((struct coil_cfuture *)handle);
    struct coil_result result = coil_await(wrap);

    coil_future_unref(wrap);
    return coil_error(result.status);
}

TEST(a_task_of_another_loop_awaits_it)
{
    struct coil_thread *here = open_thread(), *there = open_thread();
    struct shared shared = {0};
    struct coil_cfuture *waits;

    on_loop(here, begin, &shared);
    waits = coil_submit(there, await_handle, shared.handle);
    CHECK_EQ(coil_cfuture_wait(waits, COIL_MS(1)), -ETIMEDOUT);
    on_loop(here, settle, &shared);
    CHECK_EQ(finish(waits), 0);
    coil_cfuture_unref(shared.handle);
    coil_thread_close(here);
    coil_thread_close(there);
    CHECK_EQ(shared.dropped, 1);
}

TEST(cancelling_it_cancels_the_future_with_the_reason)
{
    struct coil_thread *thread = open_thread();
    struct shared shared = {0};

    on_loop(thread, begin, &shared);
    CHECK(coil_cfuture_cancel_at(shared.handle, "enough", "here"));
    CHECK_EQ(coil_cfuture_wait(shared.handle, LIMIT), 0);
    CHECK_HAS(coil_exception_text(coil_cfuture_exception(shared.handle)), "enough");
    CHECK_EQ(finish(shared.handle), -ECANCELED);
    on_loop(thread, give_up, &shared);
    coil_thread_close(thread);
}

/* A task that is shared. */
static struct coil_result begin_task(void *arg)
{
    struct shared *shared = arg;

    shared->future = coil_create_task(fail, NULL);
    shared->handle = coil_share_future(shared->future);
    coil_future_unref(shared->future);
    return coil_value(NULL);
}

TEST(an_error_comes_over_with_its_exception)
{
    struct coil_thread *thread = open_thread();
    struct shared shared = {0};

    on_loop(thread, begin_task, &shared);
    CHECK_EQ(coil_cfuture_result(shared.handle, LIMIT).status, -EIO);
    CHECK_HAS(coil_exception_text(coil_cfuture_exception(shared.handle)), "on fire");
    coil_cfuture_unref(shared.handle);
    coil_thread_close(thread);
}

static struct coil_result begin_job(void *arg)
{
    struct shared *shared = arg;

    shared->future = coil_create_task(job_run, shared->future);
    shared->handle = coil_share_future(shared->future);
    coil_future_unref(shared->future);
    return coil_value(NULL);
}

TEST(a_task_that_refuses_cancellation_has_its_value_delivered)
{
    struct coil_thread *thread = open_thread();
    struct shared shared = {0};
    struct job job;

    job_init(&job);
    job.swallows = 1;
    job.result = coil_number(5);
    shared.future = (struct coil_future *)&job;
    on_loop(thread, begin_job, &shared);
    await_post(&job.started);
    coil_cfuture_cancel(shared.handle);
    await_post(&job.cancelled);
    CHECK_EQ(coil_cfuture_state(shared.handle), COIL_CFUTURE_CANCELLING);
    job_let_go(thread, &job);
    CHECK_EQ(finish(shared.handle), 5);
    coil_thread_close(thread);
    job_fini(&job);
}

static struct coil_result share_settled(void *arg)
{
    struct shared *shared = arg;

    shared->future = coil_create_future();
    coil_future_set_result(shared->future, coil_number(3), NULL);
    shared->handle = coil_share_future(shared->future);
    coil_future_unref(shared->future);
    return coil_value(NULL);
}

TEST(a_future_that_is_settled_gives_one_that_is_done)
{
    struct coil_thread *thread = open_thread();
    struct shared shared = {0};

    on_loop(thread, share_settled, &shared);
    CHECK(coil_cfuture_done(shared.handle));
    CHECK_EQ(finish(shared.handle), 3);
    coil_thread_close(thread);
}

static struct coil_result share_twice(void *arg)
{
    struct shared *shared = arg;

    shared[0].future = coil_create_future();
    shared[0].handle = coil_share_future(shared[0].future);
    shared[1].handle = coil_share_future(shared[0].future);
    return coil_value(NULL);
}

TEST(shared_twice_the_value_has_one_owner)
{
    struct coil_thread *thread = open_thread();
    struct shared shared[2] = {{0}};

    on_loop(thread, share_twice, shared);
    on_loop(thread, settle, shared);
    CHECK_PTR(coil_cfuture_result(shared[0].handle, LIMIT).value, &shared[0].dropped);
    CHECK_PTR(coil_cfuture_result(shared[1].handle, LIMIT).value, &shared[0].dropped);
    coil_cfuture_unref(shared[0].handle);
    coil_cfuture_unref(shared[1].handle);
    coil_thread_close(thread);
    CHECK_EQ(shared[0].dropped, 1);
}

DRIVER_TEST(when_the_loop_closes_it_is_done)
{
    struct coil_thread *thread = open_thread();
    struct shared shared = {0};

    on_loop(thread, begin, &shared);
    on_loop(thread, give_up, &shared);
    coil_thread_close(thread);
    CHECK(coil_cfuture_done(shared.handle));
    CHECK(!coil_cfuture_cancel(shared.handle));
    CHECK_EQ(finish(shared.handle), -COIL_ESTOPPED);
}

static struct coil_result wait_here(void *arg)
{
    return coil_error(coil_cfuture_wait(((struct shared *)arg)->handle, LIMIT));
}

TEST(its_own_loop_cannot_wait_for_it)
{
    struct coil_thread *thread = open_thread();
    struct shared shared = {0};

    on_loop(thread, begin, &shared);
    CHECK_EQ(finish(coil_submit_call(thread, wait_here, &shared)), -EDEADLK);
    on_loop(thread, settle, &shared);
    finish(shared.handle);
    coil_thread_close(thread);
}

static int has_an_end(void *arg)
{
    return coil_cfuture_result(((struct shared *)arg)->handle, COIL_FOREVER).status !=
           -COIL_EFORKED;
}

TEST(in_a_child_of_fork_it_has_an_end)
{
    struct coil_thread *thread = open_thread();
    struct shared shared = {0};

    on_loop(thread, begin, &shared);
    in_child(has_an_end, &shared);
    on_loop(thread, settle, &shared);
    coil_cfuture_unref(shared.handle);
    coil_thread_close(thread);
}
