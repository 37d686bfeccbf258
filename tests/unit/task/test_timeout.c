/* Timeouts: scopes that cancel when their time comes, and know whether it was they. */
#include "unit/loop/inside.h"

DRIVER_LOOP_TEST(what_takes_too_long_is_cancelled_and_told_as_timed_out)
{
    struct coil_timeout limit;
    int err;

    coil_timeout_enter(&limit, COIL_MS(2));
    err = coil_sleep(COIL_SECONDS(100));
    CHECK_EQ(err, -ECANCELED);
    CHECK(coil_timeout_expired(&limit));
    CHECK_EQ(coil_timeout_exit(&limit, err), -ETIMEDOUT);
    CHECK(coil_timeout_expired(&limit));
    CHECK_EQ(coil_task_cancelling(coil_current_task()), 0);
    CHECK_EQ(coil_exception_code(coil_current_exception()), -ETIMEDOUT);
    CHECK_EQ(coil_yield(), 0); /* it is over */
}

LOOP_TEST(what_is_in_time_is_left_alone)
{
    struct coil_timeout limit;

    coil_timeout_enter(&limit, COIL_MS(10));
    CHECK_EQ(coil_sleep(COIL_MS(9)), 0);
    CHECK(!coil_timeout_expired(&limit));
    CHECK_EQ(coil_timeout_exit(&limit, 7), 7);
    CHECK_EQ(coil_sleep(COIL_MS(50)), 0);
    CHECK(!coil_timeout_expired(&limit));
}

LOOP_TEST(the_time_is_met_exactly)
{
    struct coil_timeout limit;
    int64_t before = coil_time();

    coil_timeout_enter_at(&limit, before + 12345);
    CHECK_EQ(coil_timeout_when(&limit), before + 12345);
    coil_timeout_exit(&limit, coil_sleep(COIL_SECONDS(1)));
    CHECK_EQ(coil_time(), before + 12345);
}

LOOP_TEST(no_time_at_all_fires_at_the_first_wait)
{
    struct coil_timeout limit;

    for (int64_t delay = 0; delay >= -COIL_SECONDS(9); delay -= COIL_SECONDS(3)) {
        coil_timeout_enter(&limit, delay);
        note("body");
        CHECK_EQ(coil_timeout_exit(&limit, coil_sleep(COIL_SECONDS(1))), -ETIMEDOUT);
    }
    CHECK_STR(noted(), "body body body body");
    coil_timeout_enter(&limit, 0);
    CHECK_EQ(coil_timeout_exit(&limit, 3), 3); /* no wait: nothing to fire at */
    CHECK_EQ(coil_yield(), 0);
}

LOOP_TEST(forever_is_no_limit_until_it_is_moved)
{
    struct coil_timeout limit;

    coil_timeout_enter(&limit, COIL_FOREVER);
    CHECK_EQ(coil_timeout_when(&limit), COIL_FOREVER);
    CHECK_EQ(coil_sleep(COIL_SECONDS(100000)), 0);
    CHECK_EQ(coil_timeout_reschedule(&limit, coil_time() + COIL_MS(1)), 0);
    CHECK_EQ(coil_timeout_exit(&limit, coil_sleep(COIL_SECONDS(1))), -ETIMEDOUT);
}

LOOP_TEST(a_deadline_can_be_moved_and_lifted)
{
    struct coil_timeout limit;

    coil_timeout_enter(&limit, COIL_MS(2));
    coil_sleep(COIL_MS(1));
    CHECK_EQ(coil_timeout_reschedule(&limit, coil_time() + COIL_MS(50)), 0);
    CHECK_EQ(coil_sleep(COIL_MS(40)), 0);
    CHECK_EQ(coil_timeout_reschedule(&limit, COIL_FOREVER), 0);
    CHECK_EQ(coil_sleep(COIL_SECONDS(40)), 0);
    CHECK_EQ(coil_timeout_reschedule(&limit, coil_time() - 1), 0); /* has passed: the next wait */
    CHECK_EQ(coil_sleep(COIL_MS(1)), -ECANCELED);
    CHECK_EQ(coil_timeout_reschedule(&limit, COIL_FOREVER), -COIL_ESTOPPED);
    CHECK_EQ(coil_timeout_exit(&limit, -ECANCELED), -ETIMEDOUT);
    CHECK_EQ(coil_timeout_reschedule(&limit, COIL_FOREVER), -COIL_ESTOPPED);
}

LOOP_TEST(another_error_of_the_body_is_told_as_it_is)
{
    struct coil_timeout limit;

    coil_timeout_enter(&limit, COIL_MS(1));
    CHECK_EQ(coil_sleep(COIL_SECONDS(1)), -ECANCELED);
    CHECK_EQ(coil_timeout_exit(&limit, -EIO), -EIO);
    CHECK(coil_timeout_expired(&limit));
    coil_timeout_enter(&limit, COIL_MS(1));
    CHECK_EQ(coil_sleep(COIL_SECONDS(1)), -ECANCELED);
    CHECK_EQ(coil_timeout_exit(&limit, 5), 5);
    CHECK_EQ(coil_task_cancelling(coil_current_task()), 0);
}

LOOP_TEST(of_nested_scopes_each_knows_whether_it_fired)
{
    struct coil_timeout outer, inner;
    int64_t err;

    coil_timeout_enter(&outer, COIL_MS(5));
    coil_timeout_enter(&inner, COIL_MS(50));
    err = coil_timeout_exit(&inner, coil_sleep(COIL_SECONDS(1)));
    CHECK_EQ(err, -ECANCELED); /* not the inner one's */
    CHECK(!coil_timeout_expired(&inner));
    CHECK_EQ(coil_timeout_exit(&outer, err), -ETIMEDOUT);
    coil_timeout_enter(&outer, COIL_MS(50));
    coil_timeout_enter(&inner, COIL_MS(5));
    err = coil_timeout_exit(&inner, coil_sleep(COIL_SECONDS(1)));
    CHECK_EQ(err, -ETIMEDOUT);
    CHECK_EQ(coil_sleep(COIL_MS(1)), 0); /* the outer one goes on */
    CHECK_EQ(coil_timeout_exit(&outer, 0), 0);
}

LOOP_TEST(of_two_that_fire_at_once_both_say_so)
{
    struct coil_timeout outer, inner;
    int64_t err;

    coil_timeout_enter(&outer, COIL_MS(5));
    coil_timeout_enter(&inner, COIL_MS(5));
    err = coil_timeout_exit(&inner, coil_sleep(COIL_SECONDS(1)));
    CHECK(coil_timeout_expired(&inner));
    CHECK(coil_timeout_expired(&outer));
    CHECK_EQ(coil_timeout_exit(&outer, err), -ETIMEDOUT);
    CHECK_EQ(coil_task_cancelling(coil_current_task()), 0);
}

static coil_async struct coil_result in_scope(void *arg)
{
    struct coil_timeout limit;
    int64_t err;

    coil_timeout_enter(&limit, COIL_MS(10));
    err = coil_timeout_exit(&limit, coil_sleep((int64_t)(intptr_t)arg));
    note("%lld", (long long)err);
    return coil_error(err);
}

LOOP_TEST(a_cancellation_from_outside_stays_one)
{
    struct coil_future *task = coil_create_task(in_scope, (void *)(intptr_t)COIL_SECONDS(1));

    coil_sleep(COIL_MS(5));
    coil_future_cancel(task, "from outside");
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_STR(noted(), "-125");
    CHECK_STR(coil_exception_text(coil_future_exception(task)), "from outside");
    coil_future_unref(task);
}

static void cancel_arg(void *task)
{
    coil_future_cancel(task, "from outside");
}

LOOP_TEST(of_a_timeout_and_a_cancellation_at_the_same_time_the_cancellation_is_told)
{
    for (int after = 0; after < 2; after++) {
        struct coil_future *task;
        struct coil_call call;

        task = coil_create_task(in_scope, (void *)(intptr_t)COIL_SECONDS(1));
        coil_call_init(&call, cancel_arg, task);
        if (!after)
            coil_call_later(coil_loop_current(), &call, COIL_MS(10));
        coil_yield();
        if (after)
            coil_call_later(coil_loop_current(), &call, COIL_MS(10));
        CHECK_EQ(coil_await(task).status, -ECANCELED);
        CHECK_STR(noted(), "-125");
        coil_future_unref(task);
    }
}

static coil_async struct coil_result sleeps(void *arg)
{
    int err = coil_sleep((int64_t)(intptr_t)arg);

    return err != 0 ? coil_error(err) : coil_number(5);
}

LOOP_TEST(wait_for_gives_the_result_in_time)
{
    struct coil_future *task = coil_create_task(sleeps, (void *)(intptr_t)COIL_MS(1));

    CHECK_EQ(coil_wait_for(task, COIL_MS(2)).status, 5);
    CHECK_EQ(coil_wait_for(task, 0).status, 5);
    CHECK_EQ(coil_wait_for(task, -1).status, 5);
    CHECK_EQ(coil_wait_for(task, COIL_FOREVER).status, 5);
    coil_future_unref(task);
}

LOOP_TEST(wait_for_cancels_what_is_late_and_waits_for_its_end)
{
    struct coil_future *task = coil_create_task(sleeps, (void *)(intptr_t)COIL_SECONDS(1));

    CHECK_EQ(coil_wait_for(task, COIL_MS(2)).status, -ETIMEDOUT);
    CHECK(coil_future_cancelled(task));
    coil_future_unref(task);
    task = coil_create_task(sleeps, (void *)(intptr_t)COIL_SECONDS(1));
    CHECK_EQ(coil_wait_for(task, 0).status, -ETIMEDOUT);
    CHECK(coil_future_cancelled(task));
    coil_future_unref(task);
}

static coil_async struct coil_result recovers(void *arg)
{
    (void)arg;
    if (coil_sleep(COIL_SECONDS(1)) == -ECANCELED)
        coil_sleep(COIL_MS(3));
    return coil_number(9);
}

LOOP_TEST(a_value_that_comes_after_all_is_returned)
{
    for (int64_t limit = 0; limit <= COIL_MS(1); limit += COIL_MS(1)) {
        struct coil_future *task = coil_create_task(recovers, NULL);

        coil_yield();
        CHECK_EQ(coil_wait_for(task, limit).status, 9);
        coil_future_unref(task);
    }
}

static coil_async struct coil_result waits_for(void *future)
{
    return coil_wait_for(future, COIL_SECONDS(9));
}

static coil_async struct coil_result polls(void *future)
{
    return coil_wait_for(future, 0);
}

LOOP_TEST(cancelling_who_waits_for_cancels_the_future_too)
{
    struct coil_future *f = coil_create_future(), *task = coil_create_task(waits_for, f);

    coil_yield();
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK(coil_future_cancelled(f));
    coil_future_unref(task);
    coil_future_unref(f);
    f = coil_create_task(recovers, NULL);
    coil_yield();
    task = coil_create_task(polls, f);
    coil_yield(); /* it has cancelled the future, and waits for its end */
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_EQ(coil_await(f).status, 9);
    coil_future_unref(task);
    coil_future_unref(f);
}

LOOP_TEST(wait_for_itself_is_refused)
{
    CHECK_EQ(coil_wait_for(coil_current_task(), COIL_SECONDS(1)).status, -EDEADLK);
}

static coil_async struct coil_result names_current(void *arg)
{
    CHECK_PTR(coil_current_task(), arg); /* in place: no task of its own */
    return sleeps((void *)(intptr_t)COIL_MS(5));
}

LOOP_TEST(a_call_in_place_is_limited_too)
{
    CHECK_EQ(coil_wait_for_call(names_current, coil_current_task(), COIL_MS(6)).status, 5);
    CHECK_EQ(coil_wait_for_call(names_current, coil_current_task(), COIL_MS(4)).status, -ETIMEDOUT);
    CHECK_EQ(coil_wait_for_call(names_current, coil_current_task(), COIL_FOREVER).status, 5);
}

FAIL_TEST(entering_outside_a_loop_aborts, "coil_timeout_enter needs a running loop in this thread")
{
    struct coil_timeout limit;

    coil_timeout_enter(&limit, 1);
}

static void enters(void *arg)
{
    struct coil_timeout limit;

    (void)arg;
    coil_timeout_enter(&limit, 1);
}

LOOP_FAIL_TEST(entering_outside_a_task_aborts,
               "coil_timeout_enter outside a task: a scope cancels the task it is in")
{
    struct coil_call call;

    coil_call_init(&call, enters, NULL);
    coil_call_soon(coil_loop_current(), &call);
    coil_yield();
}

LOOP_FAIL_TEST(leaving_scopes_out_of_order_aborts,
               "scopes are left by the task that entered them, the last one first")
{
    struct coil_timeout outer, inner;

    coil_timeout_enter(&outer, COIL_SECONDS(1));
    coil_timeout_enter(&inner, COIL_SECONDS(1));
    coil_timeout_exit(&outer, 0);
}

static coil_async struct coil_result stays_inside(void *arg)
{
    struct coil_timeout scope;

    (void)arg;
    coil_timeout_enter(&scope, COIL_SECONDS(1));
    return coil_value(NULL);
}

LOOP_FAIL_TEST(ending_inside_a_scope_aborts, "a task ended inside a scope that it entered")
{
    coil_join(coil_create_task(stays_inside, NULL));
}
