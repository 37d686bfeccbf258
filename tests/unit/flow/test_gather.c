/* gather: one future for many. */
#include <stdlib.h>

#include "base/fault.h"
#include "unit/loop/children.h"

static struct coil_result *results_of(struct coil_result r)
{
    CHECK_EQ(r.status, 0);
    return r.value;
}

DRIVER_LOOP_TEST(results_come_in_the_order_of_the_children)
{
    struct coil_future *children[3] = {start_sleeper(3), start_sleeper(1), start_sleeper(2)};
    struct coil_result *r = results_of(coil_join(coil_gather(children, 3, COIL_TAKE_REFS)));

    CHECK_EQ(r[0].status, 3);
    CHECK_EQ(r[1].status, 1);
    CHECK_EQ(r[2].status, 2);
    free(r);
}

LOOP_TEST(of_nothing_it_is_done_with_an_empty_array)
{
    struct coil_future *g = coil_gather(NULL, 0, 0);

    CHECK(coil_future_done(g));
    CHECK_EQ(coil_await(g).status, 0);
    coil_future_unref(g);
}

LOOP_TEST(nobody_who_takes_the_array_and_it_is_freed)
{
    struct coil_future *child = start_sleeper(1), *g = coil_gather(&child, 1, 0);

    CHECK_EQ(coil_await(g).status, 0);
    CHECK_EQ(results_of(coil_future_result(g))[0].status, 1);
    coil_future_unref(g);
    coil_future_unref(child);
}

LOOP_TEST(the_first_failure_settles_it_and_the_others_run_on)
{
    struct coil_future *children[3] = {start_sleeper(9), start_failer(2), start_failer(5)};
    struct coil_future *g = coil_gather(children, 3, 0);
    int64_t before = coil_time();

    CHECK_EQ(coil_await(g).status, -EIO);
    CHECK_EQ(coil_time() - before, COIL_MS(2));
    CHECK_STR(coil_exception_text(coil_future_exception(g)), "after 2 ms");
    CHECK(!coil_future_done(children[0]));
    CHECK_EQ(coil_await(children[0]).status, 9);
    CHECK(coil_future_done(children[2])); /* its error went to the gather: not reported */
    coil_future_unref(g);
    unref_all(children, 3);
}

LOOP_TEST(with_return_exceptions_errors_are_results)
{
    struct coil_future *children[3] = {start_sleeper(2), start_failer(1), start_sleeper(9)};
    struct coil_future *g = coil_gather(children, 3, COIL_RETURN_EXCEPTIONS | COIL_TAKE_REFS);
    struct coil_result *r;

    coil_sleep(COIL_MS(3));
    coil_future_cancel(children[2], NULL);
    r = results_of(coil_join(g));
    CHECK_EQ(r[0].status, 2);
    CHECK_EQ(r[1].status, -EIO);
    CHECK_EQ(r[2].status, -ECANCELED);
    free(r);
}

LOOP_TEST(a_child_given_twice_is_one_child)
{
    struct coil_future *a = start_sleeper(1), *children[3] = {a, a, a};
    struct coil_result *r = results_of(coil_join(coil_gather(children, 3, 0)));

    for (int i = 0; i < 3; i++)
        CHECK_EQ(r[i].status, 1);
    free(r);
    coil_future_unref(a);
}

LOOP_TEST(what_is_done_already_counts_at_once)
{
    struct coil_future *f = coil_create_future(), *g;

    coil_future_set_result(f, coil_number(4), NULL);
    g = coil_gather(&f, 1, COIL_TAKE_REFS);
    CHECK(coil_future_done(g));
    CHECK_EQ(results_of(coil_future_result(g))[0].status, 4);
    coil_future_unref(g);
    f = coil_create_future();
    coil_future_set_exception(f, ENOENT, "gone");
    g = coil_gather(&f, 1, COIL_TAKE_REFS);
    CHECK_EQ(coil_await(g).status, -ENOENT);
    coil_future_unref(g);
}

LOOP_TEST(cancelling_it_cancels_the_children_and_it_is_cancelled_when_they_have_ended)
{
    struct coil_future *children[2] = {coil_create_task(child_refuses, (void *)50),
                                       start_sleeper(50)};
    struct coil_future *g = coil_gather(children, 2, COIL_RETURN_EXCEPTIONS);

    coil_yield();
    CHECK(coil_future_cancel(g, "enough"));
    CHECK(!coil_future_done(g));
    CHECK_EQ(coil_await(g).status, -ECANCELED);
    CHECK(coil_future_cancelled(g));
    CHECK_EQ(coil_future_result(children[0]).status, 50);
    CHECK(coil_future_cancelled(children[1]));
    CHECK(!coil_future_cancel(g, NULL));
    coil_future_unref(g);
    unref_all(children, 2);
}

LOOP_TEST(a_gather_of_done_children_cannot_be_cancelled)
{
    struct coil_future *children[2] = {coil_create_future(), coil_create_future()};
    struct coil_future *g = coil_gather(children, 2, 0);

    coil_future_set_result(children[0], coil_value(NULL), NULL);
    coil_future_set_result(children[1], coil_value(NULL), NULL);
    CHECK(!coil_future_cancel(g, NULL)); /* all have ended, it only has not heard */
    CHECK_EQ(coil_await(g).status, 0);
    coil_future_unref(g);
    unref_all(children, 2);
}

LOOP_TEST(a_child_cancelled_by_another_fails_it_with_cancelled)
{
    struct coil_future *child = start_sleeper(50), *g = coil_gather(&child, 1, 0);

    coil_yield();
    coil_future_cancel(child, NULL);
    CHECK_EQ(coil_await(g).status, -ECANCELED);
    CHECK(!coil_future_cancelled(g)); /* nobody asked it */
    coil_future_unref(g);
    coil_future_unref(child);
}

LOOP_TEST(without_the_callers_reference_it_still_watches)
{
    struct coil_future *child = start_failer(1);

    coil_future_unref(coil_gather(&child, 1, COIL_TAKE_REFS));
    coil_sleep(COIL_MS(5));
    CHECK_EQ(heard_take(), 1); /* of the gather: nobody looked */
    CHECK_STR(heard.message, "_GatheringFuture exception was never retrieved");
}

LOOP_TEST(given_up_with_futures_that_nobody_else_has_it_is_gone)
{
    struct coil_future *children[3] = {coil_create_future(), coil_create_future(), NULL};

    children[2] = coil_future_ref(children[0]);                  /* given twice */
    coil_future_unref(coil_gather(children, 3, COIL_TAKE_REFS)); /* else it leaks */
}

LOOP_TEST(given_up_in_a_gather_that_is_given_up_it_is_gone)
{
    struct coil_future *children[2] = {coil_create_future(), start_sleeper(1)};
    struct coil_future *inner = coil_gather(children, 2, COIL_TAKE_REFS);

    coil_future_unref(coil_gather(&inner, 1, COIL_TAKE_REFS));
    coil_sleep(COIL_MS(5));
}

LOOP_TEST(given_up_it_watches_futures_until_they_are_given_up_too)
{
    struct coil_future *children[3] = {coil_create_future(), coil_create_future(),
                                       coil_create_future()};

    coil_future_unref(coil_gather(children, 3, 0));
    coil_future_set_exception(children[0], EIO, "first");
    coil_future_unref(children[0]);
    coil_yield();
    CHECK_EQ(heard_take(), 1);
    CHECK_STR(heard.message, "_GatheringFuture exception was never retrieved");
    coil_future_set_exception(children[1], EIO, "second");
    coil_future_unref(children[1]); /* the gather still looks at it */
    coil_yield();
    CHECK_EQ(heard_take(), 0);
    coil_future_unref(children[2]);
}

LOOP_TEST(given_up_just_after_a_child_ended_it_hears_of_it)
{
    struct coil_future *children[2] = {coil_create_future(), coil_create_future()};
    struct coil_future *g = coil_gather(children, 2, COIL_TAKE_REFS);

    coil_future_set_exception(children[0], EIO, "late");
    coil_future_unref(g);
    coil_yield();
    CHECK_EQ(heard_take(), 1);
    CHECK_STR(heard.text, "late");
}

/* What is left of a gather when its loop closes: given up before, after, or with a child that ended
 * just then. */
TEST(given_up_around_the_end_of_the_loop_it_is_gone)
{
    for (int way = 0; way < 4; way++) {
        struct coil_loop *loop = open_sim();
        struct coil_future *children[2] = {coil_loop_create_future(loop),
                                           coil_loop_create_future(loop)};
        struct coil_future *g = coil_gather(children, 2, 0);

        if (way == 1)
            coil_future_set_result(children[0], coil_number(1), NULL);
        if (way != 2)
            coil_future_unref(g);
        coil_loop_close(loop);
        if (way == 3)
            CHECK_EQ(coil_future_result(children[1]).status, -COIL_ESTOPPED);
        unref_all(children, 2);
        if (way == 2)
            coil_future_unref(g);
    }
}

LOOP_TEST(without_memory_it_failed_already_and_what_it_took_is_cancelled)
{
    for (uint64_t k = 1; k <= 2; k++) {
        struct coil_future *children[2] = {start_sleeper(50), start_sleeper(60)}, *g;

        coil_future_ref(children[0]);
        coil__fault_arm(FAULT_ALLOC, k, false);
        g = coil_gather(children, 2, COIL_TAKE_REFS);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK_EQ(coil_await(g).status, -ENOMEM);
        CHECK_EQ(coil_join(children[0]).status, -ECANCELED);
        coil_future_unref(g);
    }
    CHECK_EQ(coil_all_tasks(coil_loop_current(), NULL, 0), 1);
}

LOOP_TEST(ten_thousand_children)
{
    static struct coil_future *children[10000];
    struct coil_result *r;

    for (intptr_t i = 0; i < 10000; i++)
        children[i] = start_sleeper(i % 13);
    r = results_of(coil_join(coil_gather(children, 10000, COIL_TAKE_REFS)));
    for (int i = 0; i < 10000; i++)
        CHECK_EQ(r[i].status, i % 13);
    free(r);
}

LOOP_FAIL_TEST(children_of_two_loops_abort, "coil_gather: all futures must belong to the same loop")
{
    struct coil_future *two[2] = {coil_create_future(), coil_loop_create_future(open_sim())};

    coil_gather(two, 2, 0);
}
