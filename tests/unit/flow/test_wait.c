/* wait: for some or all, without touching any. */
#include "base/fault.h"
#include "unit/loop/children.h"

LOOP_TEST(all_completed_waits_for_the_last)
{
    struct coil_future *three[3] = {start_sleeper(3), start_failer(1), start_sleeper(2)};
    int64_t before = coil_time();

    CHECK_EQ(coil_wait(three, 3, COIL_FOREVER, COIL_ALL_COMPLETED), 3);
    CHECK_EQ(coil_time() - before, COIL_MS(3));
    CHECK_EQ(coil_future_result(three[1]).status, -EIO); /* ask each */
    unref_all(three, 3);
}

LOOP_TEST(first_completed_returns_with_the_first)
{
    struct coil_future *three[3] = {start_sleeper(3), start_sleeper(1), start_sleeper(2)};

    CHECK_EQ(coil_wait(three, 3, COIL_FOREVER, COIL_FIRST_COMPLETED), 1);
    CHECK(coil_future_done(three[1]));
    CHECK(!coil_future_done(three[0]));
    CHECK_EQ(coil_wait(three, 3, COIL_FOREVER, COIL_ALL_COMPLETED), 3);
    unref_all(three, 3);
}

LOOP_TEST(first_exception_does_not_count_a_cancelled_one)
{
    struct coil_future *three[3] = {start_sleeper(9), start_sleeper(8), start_failer(4)};

    coil_yield();
    coil_future_cancel(three[0], NULL);
    CHECK_EQ(coil_wait(three, 3, COIL_FOREVER, COIL_FIRST_EXCEPTION), 2);
    CHECK(!coil_future_done(three[1]));
    coil_wait(three, 3, COIL_FOREVER, COIL_FIRST_EXCEPTION);
    coil_future_result(three[2]);
    coil_wait(three, 2, COIL_FOREVER, COIL_ALL_COMPLETED);
    unref_all(three, 3);
}

LOOP_TEST(after_a_timeout_it_says_how_many_and_cancels_none)
{
    struct coil_future *two[2] = {start_sleeper(1), start_sleeper(9)};

    CHECK_EQ(coil_wait(two, 2, 0, COIL_ALL_COMPLETED), 0);
    CHECK_EQ(coil_wait(two, 2, COIL_MS(3), COIL_ALL_COMPLETED), 1);
    CHECK_EQ(coil_task_cancelling(two[1]), 0);
    CHECK_EQ(coil_wait(two, 2, COIL_MS(100), COIL_ALL_COMPLETED), 2);
    unref_all(two, 2);
}

LOOP_TEST(of_nothing_is_refused)
{
    CHECK_EQ(coil_wait(NULL, 0, COIL_FOREVER, COIL_ALL_COMPLETED), -EINVAL);
}

struct waiter {
    struct coil_future **futures;
    size_t n;
};

static coil_async struct coil_result waits(void *arg)
{
    struct waiter *self = arg;

    return coil_number(coil_wait(self->futures, self->n, COIL_FOREVER, COIL_ALL_COMPLETED));
}

LOOP_TEST(cancelled_it_leaves_the_futures_alone)
{
    struct coil_future *two[2] = {start_sleeper(5), start_sleeper(9)};
    struct waiter arg = {two, 2};
    struct coil_future *task = coil_create_task(waits, &arg);

    coil_sleep(COIL_MS(6));
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    CHECK_EQ(coil_await(two[1]).status, 9);
    unref_all(two, 2);
}

LOOP_TEST(more_than_fit_on_the_stack)
{
    struct coil_future *many[200];

    for (intptr_t i = 0; i < 200; i++)
        many[i] = start_sleeper(i % 7);
    coil__fault_arm(FAULT_ALLOC, 1, true);
    CHECK_EQ(coil_wait(many, 200, COIL_FOREVER, COIL_ALL_COMPLETED), -ENOMEM);
    CHECK_EQ(coil_wait(many, 16, COIL_FOREVER, COIL_FIRST_COMPLETED), 3); /* few need none */
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil_wait(many, 200, COIL_FOREVER, COIL_ALL_COMPLETED), 200);
    unref_all(many, 200);
}

LOOP_TEST(waiting_for_itself_is_refused)
{
    struct coil_future *me = coil_current_task();
    int64_t err = coil_wait(&me, 1, COIL_MS(5), COIL_ALL_COMPLETED);

    CHECK_EQ(err, -EDEADLK);
    CHECK_HAS(coil_exception_text(coil_current_exception()), "would wait for itself for ever");
}

FAIL_TEST(outside_a_loop_it_aborts, "coil_wait needs a running loop in this thread")
{
    struct coil_future *f = coil_loop_create_future(open_sim());

    coil_wait(&f, 1, 0, COIL_ALL_COMPLETED);
}
