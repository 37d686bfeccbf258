/* Futures: settled once, waited for by any number, freed with what nobody took. */
#include <pthread.h>

#include "base/fault.h"
#include "loop/future.h"
#include "unit/loop/inside.h"

static void done_note(struct coil_future *future, void *arg)
{
    CHECK(coil_future_done(future));
    note("%s", (char *)arg);
}

LOOP_TEST(pending_it_has_no_result)
{
    struct coil_future *f = coil_create_future();

    CHECK(!coil_future_done(f));
    CHECK(!coil_future_cancelled(f));
    CHECK_EQ(coil_future_result(f).status, -COIL_EPENDING);
    CHECK_EQ(coil_future_take(f).status, -COIL_EPENDING);
    CHECK_PTR(coil_future_exception(f), NULL);
    CHECK_PTR(coil_future_loop(f), coil_loop_current());
    CHECK_HAS(coil_future_place(f), "future ");
    CHECK(!coil_future_is_task(f));
    coil_future_unref(f);
}

LOOP_TEST(a_value_is_told_as_often_as_asked)
{
    struct coil_future *f = coil_create_future();

    coil_future_set_result(f, coil_value("v"), NULL);
    CHECK(coil_future_done(f));
    for (int i = 0; i < 3; i++) {
        CHECK_STR(coil_future_result(f).value, "v");
        CHECK_STR(coil_await(f).value, "v");
    }
    CHECK(!coil_future_cancel(f, NULL));
    CHECK(!coil_future_cancelled(f));
    coil_future_unref(f);
}

LOOP_TEST(a_number_is_a_result_too)
{
    struct coil_future *f = coil_create_future();

    coil_future_set_result(f, coil_number(INT64_MAX), NULL);
    CHECK_EQ(coil_await(f).status, INT64_MAX);
    coil_future_unref(f);
}

LOOP_TEST(a_value_nobody_took_is_dropped_with_the_last_reference)
{
    struct coil_future *f = coil_create_future();

    coil_future_set_result(f, coil_value("v"), drop_counted);
    CHECK_PTR(coil_future_ref(f), f);
    coil_future_result(f);
    coil_future_unref(f);
    CHECK_EQ(drops, 0);
    coil_future_unref(f);
    CHECK_EQ(drops, 1);
    CHECK_STR(dropped, "v");
    coil_future_unref(NULL);
}

LOOP_TEST(a_value_that_was_taken_is_the_takers)
{
    struct coil_future *f = coil_create_future();

    coil_future_set_result(f, coil_value("v"), drop_counted);
    CHECK_STR(coil_future_take(f).value, "v");
    CHECK_STR(coil_future_result(f).value, "v");
    coil_future_unref(f);
    CHECK_EQ(drops, 0);
    f = coil_create_future();
    coil_future_set_result(f, coil_value("w"), drop_counted);
    CHECK_STR(coil_join(f).value, "w");
    CHECK_EQ(drops, 0);
}

LOOP_TEST(an_error_given_as_a_result_fails_it)
{
    struct coil_future *f = coil_create_future(), *g = coil_create_future();

    coil_future_set_result(f, coil_error(-EIO), drop_counted);
    CHECK_EQ(coil_future_result(f).status, -EIO);
    coil_future_unref(f);
    coil_future_set_result(g, coil_error(-ECANCELED), drop_counted);
    CHECK(coil_future_cancelled(g));
    coil_future_unref(g);
    CHECK_EQ(drops, 0);
}

LOOP_TEST(an_exception_may_be_given_by_either_sign)
{
    struct coil_future *f = coil_create_future(), *g = coil_create_future();

    coil_future_set_exception(f, EIO, "a %d", 1);
    coil_future_set_exception(g, -EIO, "b");
    CHECK_EQ(coil_future_result(f).status, -EIO);
    CHECK_EQ(coil_future_result(g).status, -EIO);
    CHECK_STR(coil_exception_text(coil_future_exception(f)), "a 1");
    CHECK_HAS(coil_exception_place(coil_future_exception(f)), "test_future.c:");
    coil_future_unref(f);
    coil_future_unref(g);
}

LOOP_TEST(cancelling_settles_at_once_and_only_once)
{
    struct coil_future *f = coil_create_future();

    CHECK(coil_future_cancel(f, NULL));
    CHECK(coil_future_cancelled(f));
    CHECK(!coil_future_cancel(f, "again"));
    CHECK_EQ(coil_future_result(f).status, -ECANCELED);
    CHECK_STR(coil_exception_text(coil_future_exception(f)), "");
    coil_future_unref(f);
}

LOOP_TEST(callbacks_run_in_order_and_never_inside_the_settling)
{
    struct coil_future *f = coil_create_future();
    struct coil_done a, b, c;

    coil_future_add_done_callback(f, &a, done_note, "a");
    coil_future_add_done_callback(f, &b, done_note, "b");
    coil_future_set_result(f, coil_value(NULL), NULL);
    note("settled");
    coil_future_add_done_callback(f, &c, done_note, "c"); /* done already: the next turn */
    coil_yield();
    CHECK_STR(noted(), "settled a b c");
    coil_future_unref(f);
}

LOOP_TEST(a_removed_callback_does_not_run_also_between_settling_and_its_turn)
{
    struct coil_future *f = coil_create_future();
    struct coil_done a, b, c;

    coil_future_add_done_callback(f, &a, done_note, "a");
    coil_future_add_done_callback(f, &b, done_note, "b");
    coil_future_add_done_callback(f, &c, done_note, "c");
    CHECK(coil_future_remove_done_callback(&a));
    CHECK(!coil_future_remove_done_callback(&a));
    coil_future_set_result(f, coil_value(NULL), NULL);
    CHECK(coil_future_remove_done_callback(&b));
    coil_yield();
    CHECK_STR(noted(), "c");
    CHECK(!coil_future_remove_done_callback(&c)); /* it has run */
    coil_future_unref(f);
}

LOOP_TEST(a_callback_keeps_the_future_until_it_has_run)
{
    struct coil_future *f = coil_create_future();
    struct coil_done a;

    coil_future_set_result(f, coil_value("v"), drop_counted);
    coil_future_add_done_callback(f, &a, done_note, "a");
    coil_future_unref(f);
    CHECK_EQ(drops, 0);
    coil_yield();
    CHECK_EQ(drops, 1);
    CHECK_STR(noted(), "a");
}

static void remove_other(struct coil_future *future, void *arg)
{
    (void)future;
    note("remove");
    CHECK(coil_future_remove_done_callback(arg));
}

LOOP_TEST(one_callback_may_remove_another)
{
    struct coil_future *f = coil_create_future();
    struct coil_done a, b;

    coil_future_add_done_callback(f, &a, remove_other, &b);
    coil_future_add_done_callback(f, &b, done_note, "b");
    coil_future_set_result(f, coil_value(NULL), NULL);
    coil_yield();
    CHECK_STR(noted(), "remove");
    coil_future_unref(f);
}

static void done_again(struct coil_future *future, void *arg)
{
    static int left = 3;

    note("again");
    if (--left > 0)
        coil_future_add_done_callback(future, arg, done_again, arg);
}

LOOP_TEST(a_callback_may_be_added_anew_from_inside)
{
    struct coil_future *f = coil_create_future();
    struct coil_done a;

    coil_future_set_result(f, coil_value(NULL), NULL);
    coil_future_add_done_callback(f, &a, done_again, &a);
    let_run(4);
    CHECK_STR(noted(), "again again again");
    coil_future_unref(f);
}

static struct coil_var shade = COIL_VAR("shade", "none");

static void note_shade(struct coil_future *future, void *arg)
{
    (void)future;
    (void)arg;
    note("%s", (char *)coil_var_get(&shade));
}

LOOP_TEST(a_callback_runs_in_the_context_of_who_added_it_or_the_given_one)
{
    struct coil_future *f = coil_create_future();
    struct coil_context *other;
    struct coil_done a, b;

    coil_var_set(&shade, "red");
    other = coil_context_copy();
    coil_var_set(&shade, "blue");
    coil_future_add_done_callback(f, &a, note_shade, NULL);
    coil_future_add_done_callback_in(f, &b, note_shade, NULL, other);
    coil_var_set(&shade, "green");
    coil_future_set_result(f, coil_value(NULL), NULL);
    coil_yield();
    CHECK_STR(noted(), "blue red");
    coil_context_unref(other);
    coil_future_unref(f);
}

static coil_async struct coil_result awaits_and_notes(void *future)
{
    struct coil_result r = coil_await(future);

    note("%lld", (long long)r.status);
    return r;
}

LOOP_TEST(any_number_of_tasks_may_wait_and_are_told_in_order)
{
    struct coil_future *f = coil_create_future(), *tasks[4];

    for (int i = 0; i < 4; i++)
        tasks[i] = coil_create_task(awaits_and_notes, f);
    coil_yield();
    coil_future_set_result(f, coil_number(8), NULL);
    coil_await(tasks[3]);
    CHECK_STR(noted(), "8 8 8 8");
    for (int i = 0; i < 4; i++)
        coil_future_unref(tasks[i]);
    coil_future_unref(f);
}

LOOP_FAIL_TEST(settling_twice_aborts, "a future is settled twice: the one of future ")
{
    struct coil_future *f = coil_create_future();

    coil_future_set_result(f, coil_value(NULL), NULL);
    coil_future_set_result(f, coil_value(NULL), NULL);
}

LOOP_FAIL_TEST(settling_what_was_cancelled_aborts, "is cancelled already")
{
    struct coil_future *f = coil_create_future();

    coil_future_cancel(f, NULL);
    coil_future_set_exception(f, EIO, "x");
}

LOOP_FAIL_TEST(settling_a_task_aborts, "a task settles itself")
{
    coil_future_set_result(coil_current_task(), coil_value(NULL), NULL);
}

LOOP_FAIL_TEST(failing_a_task_aborts, "a task settles itself")
{
    coil_future_set_exception(coil_current_task(), EIO, "x");
}

static void *settle_elsewhere(void *future)
{
    coil_future_set_result(future, coil_value(NULL), NULL);
    return NULL;
}

LOOP_FAIL_TEST(settling_from_another_thread_aborts,
               "coil_future_set_result was called from another thread than the loop's")
{
    pthread_t thread;

    pthread_create(&thread, NULL, settle_elsewhere, coil_create_future());
    pthread_join(thread, NULL);
}

FAIL_TEST(creating_one_outside_a_loop_aborts,
          "coil_create_future needs a running loop in this thread")
{
    coil_create_future();
}

TEST(a_future_that_outlives_its_loop_is_done_with_stopped)
{
    struct coil_loop *loop = open_sim();
    struct coil_future *f = coil_loop_create_future(loop), *g = coil_loop_create_future(loop);
    struct coil_future *value = coil_loop_create_future(loop);
    struct coil_done done;

    coil_future_set_result(value, coil_value("v"), drop_counted);
    coil_future_add_done_callback(g, &done, done_note, "never");
    coil_loop_close(loop);
    CHECK(coil_future_done(f));
    CHECK_EQ(coil_future_result(f).status, -COIL_ESTOPPED);
    CHECK(!coil_future_cancel(f, NULL));
    CHECK_EQ(coil_future_take(g).status, -COIL_ESTOPPED);
    coil_future_remove_done_callback(&done);
    CHECK_STR(coil_future_result(value).value, "v");
    coil_future_unref(f);
    coil_future_unref(g);
    CHECK_EQ(drops, 0);
    coil_future_unref(value); /* the last thing the loop was kept for */
    CHECK_EQ(drops, 1);
    CHECK_STR(noted(), "");
    CHECK_EQ(heard_take(), 0);
}

LOOP_TEST(without_memory_there_is_a_future_that_failed_already)
{
    struct coil_future *f;

    coil__fault_arm(FAULT_ALLOC, 1, false);
    f = coil_create_future();
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK(coil_future_done(f));
    CHECK_EQ(coil_await(f).status, -ENOMEM);
    CHECK(!coil_future_cancel(f, NULL));
    coil_future_unref(f);
    CHECK_EQ(heard_take(), 0);
}

LOOP_TEST(repr_tells_what_it_is_and_how_it_stands)
{
    struct coil_future *f = coil_create_future();
    char text[200], small[12];
    int length = coil_future_repr(f, text, sizeof(text));

    CHECK_EQ(length, strlen(text));
    CHECK_HAS(text, "pending");
    CHECK_HAS(text, "test_future.c:");
    CHECK_EQ(coil_future_repr(f, small, sizeof(small)), length);
    CHECK_EQ(strlen(small), sizeof(small) - 1);
    CHECK_EQ(memcmp(small, text, sizeof(small) - 1), 0);
    CHECK_EQ(coil_future_repr(f, NULL, 0), length);
    coil_future_set_exception(f, ENOENT, "no bread");
    coil_future_repr(f, text, sizeof(text));
    CHECK_HAS(text, "failed");
    CHECK_HAS(text, "no bread");
    coil_future_result(f);
    coil_future_unref(f);
}

LOOP_TEST(a_future_takes_56_bytes_and_comes_from_the_slab)
{
    CHECK(sizeof(struct coil_future) <= 56 + 16); /* callbacks or result, and what is known */
    for (int i = 0; i < 100000; i++)
        coil_future_unref(coil_create_future());
}
