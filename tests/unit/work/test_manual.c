/* Concurrent futures that are settled by hand. */
#include "base/fault.h"
#include "jobs.h"

TEST(future_settled_by_hand_goes_through_its_states)
{
    struct coil_cfuture *future = coil_cfuture_new();

    CHECK_EQ(coil_cfuture_state(future), COIL_CFUTURE_PENDING);
    CHECK_EQ(coil_cfuture_wait(future, 0), -ETIMEDOUT);
    CHECK(coil_cfuture_set_running(future));
    CHECK_EQ(coil_cfuture_state(future), COIL_CFUTURE_RUNNING);
    CHECK_EQ(coil_cfuture_set_result(future, coil_number(7), NULL), 0);
    CHECK_EQ(coil_cfuture_state(future), COIL_CFUTURE_DONE);
    CHECK_EQ(coil_cfuture_result(future, 0).status, 7);
    CHECK_EQ((intmax_t)coil_cfuture_task_id(future), 0);
    coil_cfuture_unref(future);
}

TEST(result_needs_no_start)
{
    struct coil_cfuture *future = coil_cfuture_new();

    CHECK_EQ(coil_cfuture_set_result(future, coil_number(1), NULL), 0);
    CHECK(!coil_cfuture_set_running(future));
    CHECK_EQ(finish(future), 1);
}

TEST(job_begins_once)
{
    struct coil_cfuture *future = coil_cfuture_new();

    CHECK(coil_cfuture_set_running(future));
    CHECK(!coil_cfuture_set_running(future));
    coil_cfuture_unref(future);
}

TEST(cancelled_before_it_began_it_is_settled_at_once)
{
    struct coil_cfuture *future = coil_cfuture_new();

    CHECK(coil_cfuture_cancel_at(future, "not wanted", "cancel here:1"));
    CHECK(coil_cfuture_done(future));
    CHECK_EQ(coil_cfuture_result(future, 0).status, -ECANCELED);
    CHECK_STR(coil_exception_text(coil_cfuture_exception(future)), "not wanted");
    CHECK(!coil_cfuture_set_running(future));
    CHECK_EQ(coil_cfuture_set_result(future, coil_number(1), NULL), -EALREADY);
    CHECK(!coil_cfuture_cancel(future));
    CHECK_EQ(finish(future), -ECANCELED);
}

TEST(cancelled_while_it_runs_it_is_asked)
{
    struct coil_cfuture *future = coil_cfuture_new();

    CHECK(coil_cfuture_set_running(future));
    CHECK(coil_cfuture_cancel(future));
    CHECK(coil_cfuture_cancel(future));
    CHECK(!coil_cfuture_done(future));
    CHECK_EQ(coil_cfuture_state(future), COIL_CFUTURE_CANCELLING);
    CHECK_EQ(coil_cfuture_set_result(future, coil_number(3), NULL), 0);
    CHECK_EQ(finish(future), 3);
}

static int freed;

static void count_free(void *value)
{
    freed++;
    free(value);
}

TEST(second_result_is_refused_and_stays_the_callers)
{
    struct coil_cfuture *future = coil_cfuture_new();
    void *second = malloc(8);

    CHECK_EQ(coil_cfuture_set_result(future, coil_value(malloc(8)), count_free), 0);
    CHECK_EQ(coil_cfuture_set_result(future, coil_value(second), count_free), -EALREADY);
    coil_cfuture_unref(future);
    CHECK_EQ(freed, 1);
    free(second);
}

TEST(value_taken_is_not_dropped)
{
    struct coil_cfuture *future = coil_cfuture_new();
    void *value;

    CHECK_EQ(coil_cfuture_set_result(future, coil_value(malloc(8)), count_free), 0);
    value = coil_cfuture_take(future, 0).value;
    coil_cfuture_unref(future);
    CHECK_EQ(freed, 0);
    free(value);
}

TEST(failure_carries_what_was_raised)
{
    struct coil_cfuture *future = coil_cfuture_new();

    CHECK_EQ(coil_cfuture_set_result(future, coil_raise(EIO, "no disk in %c:", 'B'), NULL), 0);
    CHECK_STR(coil_exception_text(coil_cfuture_exception(future)), "no disk in B:");
    CHECK_EQ(finish(future), -EIO);
    future = coil_cfuture_new(); /* what was raised for another error is not its own */
    CHECK_EQ(coil_cfuture_set_result(future, coil_error(-EPIPE), NULL), 0);
    CHECK_PTR(coil_cfuture_exception(future), NULL);
    CHECK_EQ(finish(future), -EPIPE);
}

TEST(failure_nobody_looked_at_is_reported_with_its_place)
{
    struct coil_cfuture *future = coil_cfuture_new();
    char *said;

    CHECK_EQ(coil_cfuture_set_result(future, coil_error(-EIO), NULL), 0);
    errors_begin();
    coil_cfuture_unref(future);
    said = errors_end();
    CHECK_HAS(said, "test_manual.c:");
    free(said);
}

static void *settle(void *future)
{
    usleep(2000);
    CHECK_EQ(coil_cfuture_set_result(future, coil_number(5), NULL), 0);
    return NULL;
}

TEST(thread_waits_for_what_another_settles)
{
    struct coil_cfuture *future = coil_cfuture_new();
    pthread_t thread;

    CHECK_EQ(pthread_create(&thread, NULL, settle, future), 0);
    CHECK_EQ(coil_cfuture_result(future, LIMIT).status, 5);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    coil_cfuture_unref(future);
}

static void note_end(struct coil_cfuture *future, void *status)
{
    *(int64_t *)status = coil_cfuture_result(future, 0).status;
}

TEST(given_up_by_all_it_is_cancelled_for_those_who_watch)
{
    struct coil_cfuture *future = coil_cfuture_new();
    struct coil_cfuture_callback callback;
    int64_t status = 0;

    coil_cfuture_add_done_callback(future, &callback, note_end, &status);
    coil_cfuture_unref(future);
    CHECK_EQ(status, -ECANCELED);
}

TEST(without_memory_it_is_one_that_failed)
{
    struct coil_cfuture *future;

    coil__fault_arm(FAULT_ALLOC, 1, false);
    future = coil_cfuture_new();
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK(!coil_cfuture_set_running(future));
    CHECK_EQ(coil_cfuture_set_result(future, coil_number(1), NULL), -EALREADY);
    CHECK_EQ(finish(future), -ENOMEM);
}

static int settle_in_child(void *future)
{
    return coil_cfuture_set_running(future) ||
           coil_cfuture_set_result(future, coil_number(1), NULL) != -EALREADY ||
           coil_cfuture_result(future, 0).status != -COIL_EFORKED;
}

static int give_up_in_child(void *future)
{
    coil_cfuture_unref(future);
    return 0;
}

TEST(in_a_child_it_is_done_and_in_the_parent_it_is_not)
{
    struct coil_cfuture *future = coil_cfuture_new();
    int fd = coil_cfuture_fd(future);
    struct pollfd readable = {.fd = fd, .events = POLLIN};

    CHECK(fd >= 0);
    in_child(settle_in_child, future);
    in_child(give_up_in_child, future);
    CHECK_EQ(poll(&readable, 1, 0), 0); /* nobody rang the parent's descriptor */
    CHECK_EQ(coil_cfuture_set_result(future, coil_number(4), NULL), 0);
    CHECK_EQ(poll(&readable, 1, 0), 1);
    CHECK_EQ(finish(future), 4);
}

static coil_async struct coil_result await_cancelled(void *future)
{
    struct coil_timeout limit;
    struct coil_future *wrapped = coil_wrap_future(future);
    int64_t status;

    coil_timeout_enter(&limit, COIL_MS(1));
    status = coil_timeout_exit(&limit, coil_await(wrapped).status);
    coil_future_unref(wrapped);
    return coil_number(status == -ETIMEDOUT);
}

DRIVER_TEST(task_that_stops_waiting_cancels_it)
{
    struct coil_cfuture *future = coil_cfuture_new();

    CHECK_EQ(coil_run(await_cancelled, future).status, 1);
    CHECK(coil_cfuture_done(future));
    CHECK_EQ(finish(future), -ECANCELED);
}

FAIL_TEST(settling_a_jobs_future_aborts, "coil_cfuture_set_result of a future whose job settles it")
{
    struct coil_thread *thread = open_thread();

    coil_cfuture_set_result(coil_submit(thread, wait_for_ever, NULL), coil_number(1), NULL);
}
