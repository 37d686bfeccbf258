/* as_completed: in the order in which they end. */
#include "base/fault.h"
#include "unit/loop/children.h"

LOOP_TEST(they_come_in_the_order_of_their_ends)
{
    struct coil_future *four[4] = {start_sleeper(4), start_sleeper(1), start_failer(3),
                                   start_sleeper(2)};
    struct coil_as_completed *all = coil_as_completed_open(four, 4, COIL_FOREVER);
    struct coil_result r;

    while ((r = coil_as_completed_next(all)).status >= 0)
        note("%lld", (long long)coil_future_result(r.value).status);
    CHECK_EQ(r.status, -COIL_EENDED);
    CHECK_EQ(coil_as_completed_next(all).status, -COIL_EENDED);
    CHECK_STR(noted(), "1 2 -5 4");
    coil_as_completed_close(all);
    unref_all(four, 4);
}

LOOP_TEST(of_nothing_it_is_over)
{
    struct coil_as_completed *all = coil_as_completed_open(NULL, 0, COIL_SECONDS(1));

    CHECK_EQ(coil_as_completed_next(all).status, -COIL_EENDED);
    coil_as_completed_close(all);
    coil_as_completed_close(NULL);
}

LOOP_TEST(the_timeout_counts_over_the_whole_iteration)
{
    struct coil_future *three[3] = {start_sleeper(2), start_sleeper(4), start_sleeper(9)};
    struct coil_as_completed *all = coil_as_completed_open(three, 3, COIL_MS(5));

    CHECK_PTR(coil_as_completed_next(all).value, three[0]);
    CHECK_PTR(coil_as_completed_next(all).value, three[1]);
    CHECK_EQ(coil_as_completed_next(all).status, -ETIMEDOUT);
    CHECK_STR(coil_exception_text(coil_current_exception()),
              "1 of 3 futures were not done in time");
    CHECK_EQ(coil_as_completed_next(all).status, -ETIMEDOUT);
    coil_as_completed_close(all);
    CHECK_EQ(coil_await(three[2]).status, 9); /* it goes on */
    unref_all(three, 3);
}

LOOP_TEST(closed_early_the_others_go_on)
{
    struct coil_future *two[2] = {start_sleeper(1), start_sleeper(2)};
    struct coil_as_completed *all = coil_as_completed_open(two, 2, COIL_FOREVER);

    coil_as_completed_next(all);
    coil_as_completed_close(all);
    CHECK_EQ(coil_await(two[1]).status, 2);
    unref_all(two, 2);
}

LOOP_TEST(it_holds_the_futures_itself)
{
    struct coil_future *two[2] = {start_sleeper(1), start_sleeper(2)};
    struct coil_as_completed *all = coil_as_completed_open(two, 2, COIL_FOREVER);

    unref_all(two, 2);
    CHECK_EQ(coil_future_result(coil_as_completed_next(all).value).status, 1);
    CHECK_EQ(coil_future_result(coil_as_completed_next(all).value).status, 2);
    coil_as_completed_close(all);
}

static coil_async struct coil_result takes_next(void *all)
{
    return coil_as_completed_next(all);
}

LOOP_TEST(a_cancelled_consumer_loses_nothing)
{
    struct coil_future *one = start_sleeper(1);
    struct coil_as_completed *all = coil_as_completed_open(&one, 1, COIL_FOREVER);
    struct coil_future *task = coil_create_task(takes_next, all);

    coil_yield();
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    CHECK_PTR(coil_as_completed_next(all).value, one);
    coil_as_completed_close(all);
    coil_future_unref(one);
}

LOOP_TEST(without_memory_there_is_none)
{
    struct coil_future *one = start_sleeper(1);

    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_PTR(coil_as_completed_open(&one, 1, COIL_FOREVER), NULL);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil_join(one).status, 1);
}

LOOP_FAIL_TEST(two_that_wait_for_the_next_one_abort, "another task waits for the next one already")
{
    struct coil_future *one = start_sleeper(9);
    struct coil_as_completed *all = coil_as_completed_open(&one, 1, COIL_FOREVER);

    coil_create_task(takes_next, all);
    coil_yield();
    coil_as_completed_next(all);
}
