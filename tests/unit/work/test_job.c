/* What becomes of a submission on its loop. */
#include "jobs.h"
#include "work/job.h"

static int order[8];
static int ran;

static struct coil_result note_order(void *number)
{
    order[ran++] = (int)(intptr_t)number;
    return coil_number((intptr_t)number);
}

TEST(jobs_and_functions_run_in_the_order_of_submission)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle[6];
    struct plug plug;

    plug_put(&plug, thread);
    for (intptr_t i = 0; i < 3; i++)
        handle[i] = coil_submit_call(thread, note_order, (void *)i);
    for (intptr_t i = 3; i < 6; i++)
        handle[i] = coil_submit(thread, note_order, (void *)i);
    plug_pull(&plug);
    for (intptr_t i = 0; i < 6; i++)
        CHECK_EQ(finish(handle[i]), i);
    for (int i = 0; i < 6; i++)
        CHECK_EQ(order[i], i);
    coil_thread_close(thread);
}

static struct coil_result is_plain(void *expected)
{
    CHECK((coil_current_task() == NULL) == (expected != NULL));
    CHECK(coil_loop_current() != NULL);
    return coil_value(expected);
}

TEST(function_runs_outside_any_task_and_has_no_id)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle = coil_submit_call(thread, is_plain, thread);

    CHECK_PTR(coil_cfuture_result(handle, LIMIT).value, thread);
    CHECK_EQ(coil_cfuture_task_id(handle), 0);
    coil_cfuture_unref(handle);
    CHECK_EQ(finish(coil_submit(thread, is_plain, NULL)), 0);
    coil_thread_close(thread);
}

TEST(job_cancelled_before_its_first_step_never_runs)
{
    struct coil_thread *thread = open_thread();
    struct coil_task_options options = {.drop_arg = job_drop};
    struct coil_cfuture *handle, *call;
    struct plug plug;
    struct job job;

    job_init(&job);
    plug_put(&plug, thread);
    handle = coil_submit_with(thread, job_run, &job, &options);
    call = coil_submit_call(thread, note_order, NULL);
    CHECK(coil_cfuture_cancel_at(handle, "never mind", "test"));
    CHECK(coil_cfuture_done(handle)); /* at once: the loop is busy */
    CHECK(!coil_cfuture_cancel(handle));
    CHECK(coil_cfuture_cancel(call));
    CHECK_STR(coil_exception_text(coil_cfuture_exception(handle)), "never mind");
    CHECK_EQ(finish(handle), -ECANCELED);
    CHECK_EQ(finish(call), -ECANCELED);
    CHECK_EQ(job.dropped, 0); /* by the loop, when it comes to it */
    plug_pull(&plug);
    coil_thread_close(thread);
    CHECK_EQ(job.runs, 0);
    CHECK_EQ(ran, 0);
    CHECK_EQ(job.dropped, 1);
    job_fini(&job);
}

/* Runs between the task's creation and its first step, as the coroutine submitted before it. */
static coil_async struct coil_result cancel_next(void *handle)
{
    struct coil_cfuture **next = handle;

    while (coil_cfuture_task_id(*next) == 0)
        coil_yield();
    CHECK(coil_cfuture_cancel(*next));
    return coil_value(NULL);
}

TEST(job_that_runs_unwinds_and_its_argument_is_dropped_once)
{
    struct coil_thread *thread = open_thread();
    struct coil_task_options options = {.drop_arg = job_drop, .name = "victim"};
    struct coil_cfuture *handle, *canceller;
    struct plug plug;
    struct job job;

    job_init(&job);
    plug_put(&plug, thread);
    canceller = coil_submit(thread, cancel_next, &handle);
    handle = coil_submit_with(thread, job_run, &job, &options);
    plug_pull(&plug);
    CHECK_EQ(finish(canceller), 0);
    CHECK_EQ(finish(handle), -ECANCELED);
    coil_thread_close(thread);
    CHECK_EQ(job.runs, job.cancels); /* whether it had begun or not */
    CHECK_EQ(job.ended, 0);
    CHECK_EQ(job.dropped, 1);
    job_fini(&job);
}

static coil_async struct coil_result tell_name(void *unused)
{
    char name[32];

    (void)unused;
    coil_task_name(coil_current_task(), name, sizeof(name));
    return coil_value(strdup(name));
}

TEST(options_are_the_tasks)
{
    struct coil_thread *thread = open_thread();
    char name[] = "of the caller";
    struct coil_task_options options = {.name = name, .drop_result = free, .stack_bytes = 1 << 20};
    struct coil_cfuture *handle;
    struct plug plug;

    plug_put(&plug, thread);
    handle = coil_submit_with(thread, tell_name, NULL, &options);
    memset(name, 'x', sizeof(name) - 1); /* it was copied */
    plug_pull(&plug);
    CHECK_STR(coil_cfuture_result(handle, LIMIT).value, "of the caller");
    coil_cfuture_unref(handle);
    coil_thread_close(thread);
}

TEST(job_that_finds_no_stack_fails_and_its_argument_is_dropped)
{
    struct coil_thread *thread = open_thread();
    struct coil_task_options options = {.drop_arg = job_drop, .stack_bytes = SIZE_MAX / 2};
    struct job job;

    job_init(&job);
    CHECK_EQ(finish(coil_submit_with(thread, job_run, &job, &options)), -ENOMEM);
    coil_thread_close(thread);
    CHECK_EQ(job.dropped, 1);
    CHECK_EQ(job.runs, 0);
    job_fini(&job);
}

/* ---- contexts ---- */

static const struct coil_var color = COIL_VAR("color", 0);

static coil_async struct coil_result look_and_change(void *new)
{
    void *seen = coil_var_get(&color);

    CHECK_EQ(coil_var_set(&color, new), 0);
    CHECK_PTR(coil_var_get(&color), new);
    return coil_value(seen);
}

TEST(context_of_the_submitter_is_carried_over_and_not_back)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *job, *call;

    coil_var_set(&color, (void *)1);
    job = coil_submit(thread, look_and_change, (void *)2);
    call = coil_submit_call(thread, look_and_change, (void *)3);
    coil_var_set(&color, (void *)4); /* too late for both */
    CHECK_PTR(coil_cfuture_result(job, LIMIT).value, (void *)1);
    CHECK_PTR(coil_cfuture_result(call, LIMIT).value, (void *)1);
    CHECK_PTR(coil_var_get(&color), (void *)4);
    coil_cfuture_unref(job);
    coil_cfuture_unref(call);
    CHECK_EQ(finish(coil_submit(thread, give_number, NULL)), 0);
    coil_thread_close(thread);
}

/* ---- refused ---- */

TEST(work_submitted_after_a_stop_is_refused)
{
    struct coil_thread *thread = open_thread();
    struct coil_task_options options = {.drop_arg = job_drop};
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    coil_thread_stop(thread, NULL);
    handle = coil_submit_with(thread, job_run, &job, &options);
    CHECK(coil_cfuture_done(handle));
    CHECK(!coil_cfuture_cancel(handle));
    CHECK_EQ(finish(handle), -COIL_ESTOPPED);
    CHECK_EQ(job.dropped, 1);
    CHECK_EQ(finish(coil_submit_call(thread, note_order, NULL)), -COIL_ESTOPPED);
    handle = coil_run_coroutine_threadsafe(coil_thread_loop(thread), job_run, &job);
    CHECK_EQ(finish(handle), -COIL_ESTOPPED);
    CHECK_EQ(job.runs, 0);
    CHECK_EQ(ran, 0);
    coil_thread_close(thread);
    job_fini(&job);
}

struct stop {
    pthread_t thread;
    struct coil_thread *target;
    struct coil_stop_options options;
};

static void *run_stop(void *arg)
{
    struct stop *stop = arg;

    coil_thread_stop(stop->target, &stop->options);
    return NULL;
}

TEST(work_submitted_while_it_stops_is_refused)
{
    struct stop stop = {.target = open_thread(), .options = {.drain_ns = COIL_FOREVER}};
    struct coil_cfuture *waits, *late, *cancelled;
    struct job job;
    int64_t status;

    job_init(&job);
    waits = coil_submit(stop.target, job_run, &job);
    await_post(&job.started);
    pthread_create(&stop.thread, NULL, run_stop, &stop);
    do
        late = coil_submit(stop.target, give_number, NULL);
    while (finish(late) != -COIL_ESTOPPED);
    cancelled = coil_submit(stop.target, wait_for_ever, NULL);
    status = coil_cfuture_cancel_and_wait(cancelled, LIMIT).status;
    CHECK(status == -COIL_ESTOPPED || status == -ECANCELED); /* whichever came first */
    coil_cfuture_unref(cancelled);
    CHECK(coil_cfuture_cancel(waits));
    CHECK_EQ(finish(waits), -ECANCELED);
    pthread_join(stop.thread, NULL);
    coil_thread_close(stop.target);
    job_fini(&job);
}

static int submit_in_child(void *thread)
{
    struct job job;
    struct coil_task_options options = {.drop_arg = job_drop};

    job_init(&job);
    CHECK_EQ(finish(coil_submit_with(thread, job_run, &job, &options)), -COIL_EFORKED);
    CHECK_EQ(job.dropped, 1);
    return 0;
}

TEST(work_submitted_in_the_child_of_a_fork_is_refused)
{
    struct coil_thread *thread = open_thread();

    in_child(submit_in_child, thread);
    CHECK_EQ(finish(coil_submit(thread, give_number, (void *)1)), 1);
    coil_thread_close(thread);
}

/* ---- a loop run by hand ---- */

static void *submit_from_thread(void *loop)
{
    return coil_run_coroutine_threadsafe(loop, note_order, (void *)6);
}

static coil_async struct coil_result submit_to_the_main_loop(void *unused)
{
    struct coil_cfuture *handle;
    pthread_t thread;
    void *made;

    (void)unused;
    pthread_create(&thread, NULL, submit_from_thread, coil_loop_current());
    pthread_join(thread, &made);
    handle = made;
    while (!coil_cfuture_done(handle))
        coil_yield();
    return coil_number(finish(handle));
}

DRIVER_TEST(any_loop_takes_coroutines_from_other_threads)
{
    CHECK_EQ(coil_run(submit_to_the_main_loop, NULL).status, 6);
    CHECK_EQ(ran, 1);
}
