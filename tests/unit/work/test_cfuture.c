/* Concurrent futures as threads see them. */
#include "base/fault.h"
#include "jobs.h"
#include "work/cfuture.h"

TEST(result_is_told_again_and_again)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle = coil_submit(thread, give_number, (void *)42);

    CHECK_EQ(coil_cfuture_result(handle, LIMIT).status, 42);
    CHECK_EQ(coil_cfuture_result(handle, 0).status, 42);
    CHECK(coil_cfuture_done(handle));
    CHECK_EQ(coil_cfuture_state(handle), COIL_CFUTURE_DONE);
    coil_cfuture_unref(handle);
    coil_thread_close(thread);
}

TEST(wait_ends_at_its_timeout_and_can_be_repeated)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    handle = coil_submit(thread, job_run, &job);
    CHECK_EQ(coil_cfuture_wait(handle, 0), -ETIMEDOUT);
    CHECK_EQ(coil_cfuture_wait(handle, -1), -ETIMEDOUT);
    CHECK_EQ(coil_cfuture_wait(handle, COIL_MS(10)), -ETIMEDOUT);
    CHECK_EQ(coil_cfuture_result(handle, COIL_MS(10)).status, -ETIMEDOUT);
    CHECK_EQ(coil_cfuture_take(handle, COIL_MS(1)).status, -ETIMEDOUT);
    CHECK(!coil_cfuture_done(handle));
    job_let_go(thread, &job);
    CHECK_EQ(coil_cfuture_wait(handle, INT64_MAX - 1), 0); /* now + that would overflow */
    CHECK_EQ(finish(handle), 0);
    coil_thread_close(thread);
    job_fini(&job);
}

static struct coil_result allocate(void *unused)
{
    (void)unused;
    return coil_value(malloc(16));
}

static int freed;

static void count_free(void *value)
{
    __atomic_add_fetch(&freed, 1, __ATOMIC_SEQ_CST);
    free(value);
}

TEST(value_nobody_takes_is_dropped_with_the_last_reference)
{
    struct coil_thread *thread = open_thread();
    struct coil_task_options options = {.drop_result = count_free};
    struct coil_cfuture *handle = coil_submit_with(thread, allocate, NULL, &options);

    CHECK(coil_cfuture_result(handle, LIMIT).value != NULL);
    coil_thread_close(thread);
    CHECK_EQ(freed, 0);
    coil_cfuture_unref(coil_cfuture_ref(handle));
    CHECK_EQ(freed, 0);
    coil_cfuture_unref(handle);
    CHECK_EQ(freed, 1);
}

TEST(value_taken_is_the_callers)
{
    struct coil_thread *thread = open_thread();
    struct coil_task_options options = {.drop_result = count_free};
    struct coil_cfuture *handle = coil_submit_with(thread, allocate, NULL, &options);
    struct coil_result result = coil_cfuture_take(handle, LIMIT);

    CHECK(result.value != NULL);
    coil_cfuture_unref(handle);
    CHECK_EQ(freed, 0);
    free(result.value);
    coil_thread_close(thread);
}

TEST(value_of_a_handle_given_up_before_it_ran_is_dropped)
{
    struct coil_thread *thread = open_thread();
    struct coil_task_options options = {.drop_result = count_free};

    coil_cfuture_unref(coil_submit_with(thread, allocate, NULL, &options));
    coil_cfuture_unref(NULL);
    CHECK_EQ(finish(coil_submit_call(thread, give_number, NULL)), 0);
    await_number(&freed, 1);
    coil_thread_close(thread);
}

TEST(exception_comes_with_the_failure)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    handle = coil_submit(thread, job_run, &job);
    CHECK_PTR(coil_cfuture_exception(handle), NULL); /* not done */
    CHECK(coil_cfuture_cancel(handle));
    CHECK_EQ(finish(handle), -ECANCELED);
    handle = coil_submit(thread, fail, NULL);
    CHECK_EQ(coil_cfuture_result(handle, LIMIT).status, -EIO);
    CHECK_STR(coil_exception_text(coil_cfuture_exception(handle)), "the disk is on fire");
    coil_thread_close(thread);
    CHECK_HAS(coil_exception_place(coil_cfuture_exception(handle)), "jobs.c:");
    coil_cfuture_unref(handle);
    job_fini(&job);
}

TEST(failure_nobody_looked_at_is_reported_once)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle = coil_submit(thread, fail, NULL);
    char *said;

    CHECK_EQ(coil_cfuture_wait(handle, LIMIT), 0); /* waiting is not looking */
    coil_thread_close(thread);
    errors_begin();
    coil_cfuture_unref(handle);
    said = errors_end();
    CHECK_HAS(said, "never looked at");
    CHECK_HAS(said, "test_cfuture.c:");
    CHECK_HAS(said, "the disk is on fire");
    CHECK_STR(strchr(said, '\n'), "\n"); /* one line */
    free(said);
}

TEST(failure_seen_and_cancellation_are_not_reported)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle;
    char *said;

    errors_begin();
    CHECK_EQ(finish(coil_submit(thread, fail, NULL)), -EIO);
    handle = coil_submit(thread, fail, NULL);
    CHECK_EQ(coil_cfuture_wait(handle, LIMIT), 0);
    CHECK(coil_cfuture_exception(handle) != NULL);
    coil_cfuture_unref(handle);
    handle = coil_submit(thread, wait_for_ever, NULL);
    coil_cfuture_cancel(handle);
    CHECK_EQ(coil_cfuture_wait(handle, LIMIT), 0);
    coil_cfuture_unref(handle);
    coil_thread_close(thread);
    said = errors_end();
    CHECK_STR(said, "");
    free(said);
}

/* ---- states and cancelling ---- */

TEST(state_follows_the_job)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle;
    struct plug plug;
    struct job job;

    job_init(&job);
    job.swallows = 1;
    job.result = coil_number(7);
    plug_put(&plug, thread);
    handle = coil_submit(thread, job_run, &job);
    CHECK_EQ(coil_cfuture_state(handle), COIL_CFUTURE_PENDING);
    CHECK_EQ(coil_cfuture_task_id(handle), 0);
    plug_pull(&plug);
    await_post(&job.started);
    CHECK_EQ(coil_cfuture_state(handle), COIL_CFUTURE_RUNNING);
    CHECK(coil_cfuture_task_id(handle) != 0);
    CHECK(coil_cfuture_cancel(handle));
    CHECK_EQ(coil_cfuture_state(handle), COIL_CFUTURE_CANCELLING);
    await_post(&job.cancelled);
    job_let_go(thread, &job);
    CHECK_EQ(coil_cfuture_result(handle, LIMIT).status, 7); /* it refused; its value is delivered */
    CHECK_EQ(coil_cfuture_state(handle), COIL_CFUTURE_DONE);
    CHECK(!coil_cfuture_cancel(handle));
    coil_cfuture_unref(handle);
    coil_thread_close(thread);
    job_fini(&job);
}

TEST(cancel_arrives_each_time_it_is_asked)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    job.swallows = 2;
    handle = coil_submit(thread, job_run, &job);
    await_post(&job.started);
    for (int i = 0; i < 3; i++) {
        CHECK(coil_cfuture_cancel(handle));
        await_post(&job.cancelled);
    }
    CHECK_EQ(finish(handle), -ECANCELED);
    CHECK_EQ(job.cancels, 3);
    coil_thread_close(thread);
    job_fini(&job);
}

TEST(cancel_tells_its_reason)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle = coil_submit(thread, wait_for_ever, NULL);

    CHECK(coil_cfuture_cancel_at(handle, "the user left", COIL_PLACE("cancel")));
    CHECK_EQ(coil_cfuture_wait(handle, LIMIT), 0);
    CHECK_STR(coil_exception_text(coil_cfuture_exception(handle)), "the user left");
    CHECK_HAS(coil_exception_place(coil_cfuture_exception(handle)), "test_cfuture.c:");
    coil_cfuture_unref(handle);
    coil_thread_close(thread);
}

struct slow_unwinding {
    sem_t started;
    int unwound;
};

static coil_async struct coil_result unwind_slowly(void *arg)
{
    struct slow_unwinding *self = arg;
    int err;

    sem_post(&self->started);
    err = (int)wait_for_ever(NULL).status;
    coil_sleep(COIL_MS(30));
    self->unwound = 1;
    return coil_error(err);
}

DRIVER_TEST(cancel_and_wait_returns_when_the_job_has_unwound)
{
    struct coil_thread *thread = open_thread();
    struct slow_unwinding job = {.unwound = 0};
    struct coil_cfuture *handle;

    sem_init(&job.started, 0, 0);
    handle = coil_submit(thread, unwind_slowly, &job);
    await_post(&job.started);
    CHECK_EQ(coil_cfuture_cancel_and_wait(handle, LIMIT).status, -ECANCELED);
    CHECK_EQ(job.unwound, 1);
    CHECK_EQ(coil_cfuture_cancel_and_wait(handle, 0).status, -ECANCELED); /* again: known */
    coil_cfuture_unref(handle);
    coil_thread_close(thread);
    sem_destroy(&job.started);
}

TEST(cancel_and_wait_gives_the_value_of_a_job_that_refuses)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    job.swallows = -1;
    job.result = coil_number(9);
    handle = coil_submit(thread, job_run, &job);
    await_post(&job.started);
    CHECK_EQ(coil_cfuture_cancel_and_wait(handle, COIL_MS(10)).status, -ETIMEDOUT);
    job_let_go(thread, &job);
    CHECK_EQ(coil_cfuture_cancel_and_wait(handle, LIMIT).status, 9);
    coil_cfuture_unref(handle);
    coil_thread_close(thread);
    job_fini(&job);
}

/* ---- the loop's own thread ---- */

static struct coil_cfuture *other;

static coil_async struct coil_result wait_on_own_thread(void *unused)
{
    (void)unused;
    CHECK_EQ(coil_cfuture_result(other, LIMIT).status, -EDEADLK);
    CHECK_EQ(coil_cfuture_take(other, COIL_FOREVER).status, -EDEADLK);
    CHECK_EQ(coil_cfuture_wait(other, 0), -EDEADLK);
    CHECK(coil_cfuture_cancel(other));
    while (!coil_cfuture_done(other))
        coil_yield();
    return coil_cfuture_result(other, 0); /* a done one may be asked */
}

TEST(wait_on_the_loops_own_thread_is_refused)
{
    struct coil_thread *thread = open_thread();

    other = coil_submit(thread, wait_for_ever, NULL);
    CHECK_EQ(finish(coil_submit(thread, wait_on_own_thread, NULL)), -ECANCELED);
    CHECK_EQ(finish(other), -ECANCELED);
    coil_thread_close(thread);
}

/* ---- done-callbacks ---- */

struct note {
    struct coil_cfuture_callback callback;
    pthread_t thread;
    int64_t status;
    int calls, place;
};

static int callbacks_called;

static void take_note(struct coil_cfuture *future, void *arg)
{
    struct note *note = arg;

    note->thread = pthread_self();
    note->status = coil_cfuture_result(future, 0).status;
    note->place = ++callbacks_called;
    __atomic_add_fetch(&note->calls, 1, __ATOMIC_SEQ_CST);
}

TEST(done_callbacks_run_in_order_where_it_settles)
{
    struct coil_thread *thread = open_thread();
    struct note first = {.calls = 0}, second = {.calls = 0};
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    job.result = coil_number(5);
    handle = coil_submit(thread, job_run, &job);
    coil_cfuture_add_done_callback(handle, &first.callback, take_note, &first);
    coil_cfuture_add_done_callback(handle, &second.callback, take_note, &second);
    await_post(&job.started);
    CHECK_EQ(first.calls, 0);
    job_let_go(thread, &job);
    CHECK_EQ(finish(handle), 5);
    await_number(&second.calls, 1);
    CHECK_EQ(first.calls, 1);
    CHECK_EQ(first.place, 1);
    CHECK_EQ(second.place, 2);
    CHECK_EQ(first.status, 5);
    CHECK(!pthread_equal(first.thread, pthread_self()));
    coil_thread_close(thread);
    job_fini(&job);
}

TEST(done_callback_of_a_done_one_runs_here_and_now)
{
    struct coil_thread *thread = open_thread();
    struct note note = {.calls = 0};
    struct coil_cfuture *handle = coil_submit(thread, give_number, (void *)3);

    CHECK_EQ(coil_cfuture_wait(handle, LIMIT), 0);
    coil_thread_close(thread); /* what settles it has called its callbacks */
    coil_cfuture_add_done_callback(handle, &note.callback, take_note, &note);
    CHECK_EQ(note.calls, 1);
    CHECK_EQ(note.status, 3);
    CHECK(pthread_equal(note.thread, pthread_self()));
    coil_cfuture_unref(handle);
}

static void give_up(struct coil_cfuture *future, void *arg)
{
    int *calls = arg;

    coil_cfuture_unref(future);
    __atomic_add_fetch(calls, 1, __ATOMIC_SEQ_CST);
}

TEST(done_callback_may_give_up_the_last_reference)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture_callback callback;
    int calls = 0;

    coil_cfuture_add_done_callback(coil_submit(thread, give_number, NULL), &callback, give_up,
                                   &calls);
    await_number(&calls, 1);
    coil_thread_close(thread);
}

/* ---- the descriptor ---- */

static int readable(int fd, int ms)
{
    struct pollfd wish = {.fd = fd, .events = POLLIN};

    return poll(&wish, 1, ms);
}

TEST(descriptor_becomes_readable_when_it_is_done)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle;
    struct job job;
    int fd;

    job_init(&job);
    handle = coil_submit(thread, job_run, &job);
    fd = coil_cfuture_fd(handle);
    CHECK(fd >= 0);
    CHECK_EQ(coil_cfuture_fd(handle), fd);
    CHECK_EQ(readable(fd, 0), 0);
    job_let_go(thread, &job);
    CHECK_EQ(readable(fd, (int)(LIMIT / COIL_MS(1))), 1);
    CHECK_EQ(readable(fd, 0), 1); /* and stays so */
    CHECK_EQ(finish(handle), 0);
    coil_thread_close(thread);
    job_fini(&job);
}

TEST(descriptor_of_a_done_one_is_readable_at_once)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle = coil_submit(thread, give_number, NULL);

    CHECK_EQ(coil_cfuture_wait(handle, LIMIT), 0);
    CHECK_EQ(readable(coil_cfuture_fd(handle), 0), 1);
    coil_cfuture_unref(handle);
    coil_thread_close(thread);
}

TEST(descriptor_that_cannot_be_had_is_an_error)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle = coil_submit(thread, give_number, NULL);

    CHECK_EQ(coil_cfuture_wait(handle, LIMIT), 0);
    coil_thread_close(thread);
    coil__fault_arm(FAULT_SYS, 1, true);
    CHECK(coil_cfuture_fd(handle) < 0);
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(readable(coil_cfuture_fd(handle), 0), 1);
    coil_cfuture_unref(handle);
}

/* ---- interrupts, memory, fork ---- */

TEST(interrupt_ends_the_waits_of_all_threads_but_no_job)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    job.result = coil_number(4);
    coil_interrupt(); /* nobody waits: nothing happens, not even later */
    handle = coil_submit(thread, job_run, &job);
    CHECK_EQ(coil_cfuture_wait(handle, COIL_MS(5)), -ETIMEDOUT);
    await_post(&job.started);
    interrupts_begin();
    CHECK_EQ(coil_cfuture_wait(handle, LIMIT), -EINTR);
    CHECK_EQ(coil_cfuture_result(handle, LIMIT).status, -EINTR);
    interrupts_end();
    job_let_go(thread, &job);
    CHECK_EQ(finish(handle), 4);
    coil_thread_close(thread);
    job_fini(&job);
}

TEST(out_of_memory_is_a_handle_that_failed_already)
{
    struct coil_thread *thread = open_thread();
    struct coil_task_options options = {.drop_arg = job_drop, .name = "a name"};
    struct coil_cfuture *handle;
    struct job job;

    job_init(&job);
    for (uint64_t k = 1; k <= 2; k++) { /* the handle, its name */
        coil__fault_arm(FAULT_ALLOC, k, false);
        handle = coil_submit_with(thread, job_run, &job, &options);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK_EQ(coil_cfuture_state(handle), COIL_CFUTURE_DONE);
        CHECK(!coil_cfuture_cancel(handle));
        CHECK_EQ(finish(handle), -ENOMEM);
        CHECK_EQ(job.dropped, k);
    }
    CHECK_EQ(job.runs, 0);
    coil_thread_close(thread);
    job_fini(&job);
}

static struct coil_cfuture *pending[4];

static int every_handle_is_resolved(void *unused)
{
    struct note note = {.calls = 0};

    (void)unused;
    CHECK_EQ(coil_cfuture_wait(pending[0], LIMIT), 0);
    CHECK_EQ(coil_cfuture_result(pending[0], 0).status, -COIL_EFORKED);
    CHECK(!coil_cfuture_cancel(pending[1]));
    CHECK_EQ(coil_cfuture_cancel_and_wait(pending[1], LIMIT).status, -COIL_EFORKED);
    coil_cfuture_add_done_callback(pending[2], &note.callback, take_note, &note);
    CHECK_EQ(note.status, -COIL_EFORKED);
    CHECK_EQ(coil_cfuture_state(pending[2]), COIL_CFUTURE_DONE);
    CHECK_EQ(readable(coil_cfuture_fd(pending[3]), 0), 1);
    CHECK(coil_cfuture_done(pending[3]));
    for (int i = 0; i < 4; i++)
        coil_cfuture_unref(pending[i]);
    return 0;
}

TEST(in_the_child_of_a_fork_every_handle_is_resolved)
{
    struct coil_thread *thread = open_thread();
    int fd;

    for (int i = 0; i < 4; i++)
        pending[i] = coil_submit(thread, wait_for_ever, NULL);
    fd = coil_cfuture_fd(pending[3]);
    in_child(every_handle_is_resolved, NULL);
    CHECK_EQ(readable(fd, 0), 0); /* what the child rang is not ours */
    for (int i = 0; i < 4; i++) {
        CHECK(!coil_cfuture_done(pending[i]));
        CHECK_EQ(coil_cfuture_cancel_and_wait(pending[i], LIMIT).status, -ECANCELED);
        coil_cfuture_unref(pending[i]);
    }
    coil_thread_close(thread);
}
