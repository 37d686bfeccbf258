/* shield: what may be cancelled without what it stands for. */
#include "base/fault.h"
#include "unit/loop/children.h"

LOOP_TEST(it_is_settled_as_the_inner_one_is)
{
    struct coil_future *inner = start_sleeper(1), *outer = coil_shield(inner);

    CHECK(outer != inner);
    CHECK_EQ(coil_join(outer).status, 1);
    coil_future_unref(inner);
    inner = start_failer(1);
    outer = coil_shield(inner);
    CHECK_EQ(coil_await(outer).status, -EIO);
    CHECK_STR(coil_exception_text(coil_future_exception(outer)), "after 1 ms");
    coil_future_unref(outer);
    coil_future_unref(inner);
}

LOOP_TEST(what_is_done_is_returned_itself)
{
    struct coil_future *inner = coil_create_future(), *outer;

    coil_future_set_result(inner, coil_number(1), NULL);
    outer = coil_shield(inner);
    CHECK_PTR(outer, inner);
    coil_future_unref(outer);
    coil_future_unref(inner);
}

LOOP_TEST(cancelling_it_leaves_the_inner_one_alone)
{
    struct coil_future *inner = start_sleeper(5), *outer = coil_shield(inner);

    CHECK(coil_future_cancel(outer, NULL));
    CHECK(coil_future_cancelled(outer));
    CHECK_EQ(coil_task_cancelling(inner), 0);
    coil_future_unref(outer);
    CHECK_EQ(coil_join(inner).status, 5);
}

LOOP_TEST(cancelling_the_inner_one_cancels_it)
{
    struct coil_future *inner = start_sleeper(5), *outer = coil_shield(inner);

    coil_yield();
    coil_future_cancel(inner, "inner");
    CHECK_EQ(coil_await(outer).status, -ECANCELED);
    CHECK(coil_future_cancelled(outer));
    coil_future_unref(outer);
    coil_future_unref(inner);
}

LOOP_TEST(an_error_after_its_cancellation_is_reported)
{
    struct coil_future *inner = start_failer(2), *outer = coil_shield(inner);

    coil_future_cancel(outer, NULL);
    coil_future_unref(outer);
    coil_future_unref(inner);
    coil_sleep(COIL_MS(5));
    CHECK_EQ(heard_take(), 1);
    CHECK_STR(heard.text, "after 2 ms");
}

LOOP_TEST(the_inner_ones_value_stays_the_inner_ones)
{
    struct coil_future *inner = coil_create_future(), *outer = coil_shield(inner);

    coil_future_set_result(inner, coil_value("v"), drop_counted);
    CHECK_STR(coil_await(outer).value, "v");
    coil_future_unref(outer);
    CHECK_EQ(drops, 0);
    coil_future_unref(inner);
    CHECK_EQ(drops, 1);
}

LOOP_TEST(cancelled_and_settled_in_the_same_turn_it_stays_cancelled)
{
    struct coil_future *inner = coil_create_future(), *outer = coil_shield(inner);

    coil_future_set_result(inner, coil_number(1), NULL);
    CHECK(coil_future_cancel(outer, NULL));
    let_run(2);
    CHECK(coil_future_cancelled(outer));
    coil_future_unref(outer);
    coil_future_unref(inner);
}

LOOP_TEST(without_memory_it_failed_already_and_the_inner_one_goes_on)
{
    struct coil_future *inner = start_sleeper(3), *outer;

    coil__fault_arm(FAULT_ALLOC, 1, false);
    outer = coil_shield(inner);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil_await(outer).status, -ENOMEM);
    coil_future_unref(outer);
    CHECK_EQ(coil_join(inner).status, 3);
}

LOOP_TEST(given_up_with_a_future_that_nobody_else_has_it_is_gone)
{
    struct coil_future *inner = coil_create_future(), *outer = coil_shield(inner);

    coil_future_unref(inner);
    coil_future_unref(outer); /* else it leaks */
    inner = coil_create_future();
    outer = coil_shield(inner);
    coil_future_unref(inner);
    inner = coil_shield(outer); /* of a shield */
    coil_future_unref(outer);
    coil_future_unref(coil_gather(&inner, 1, COIL_TAKE_REFS)); /* in a gather */
}

LOOP_TEST(given_up_it_watches_until_the_inner_one_is_given_up_too)
{
    struct coil_future *inner = coil_create_future();

    coil_future_unref(coil_shield(inner));
    coil_future_unref(inner);
    inner = coil_create_future();
    coil_future_unref(coil_shield(inner));
    coil_future_set_exception(inner, EIO, "unheard");
    coil_future_unref(inner);
    let_run(2);
    CHECK_EQ(heard_take(), 1);
    CHECK_STR(heard.text, "unheard");
}

LOOP_TEST(cancelled_and_given_up_as_the_inner_one_ends_it_is_gone)
{
    struct coil_future *inner = coil_create_future(), *outer = coil_shield(inner);

    coil_future_set_result(inner, coil_number(1), NULL);
    coil_future_cancel(outer, NULL);
    coil_future_unref(outer);
    coil_future_unref(inner);
    coil_yield();
}

TEST(given_up_around_the_end_of_the_loop_it_is_gone)
{
    for (int way = 0; way < 5; way++) {
        struct coil_loop *loop = open_sim();
        struct coil_future *inner = coil_loop_create_future(loop), *outer = coil_shield(inner);

        if (way == 1)
            coil_future_cancel(outer, NULL);
        if (way == 2)
            coil_future_set_result(inner, coil_number(1), NULL);
        if (way != 3)
            coil_future_unref(outer);
        coil_loop_close(loop);
        if (way >= 3)
            CHECK_EQ(coil_future_result(inner).status, -COIL_ESTOPPED);
        coil_future_unref(inner);
        if (way == 3)
            coil_future_unref(outer);
    }
}
