/* What no caller is there to hear. */
#include <stdlib.h>

#include "unit/loop/inside.h"

static coil_async struct coil_result fails(void *arg)
{
    return coil_raise(EIO, "%s", (char *)arg);
}

LOOP_TEST(an_error_that_nobody_looked_at_is_reported_once)
{
    struct coil_task_options options = {.name = "worker"};

    coil_future_unref(coil_create_task_with(fails, "the disk is full", &options));
    coil_yield();
    coil_yield();
    CHECK_EQ(heard_take(), 1);
    CHECK_STR(heard.message, "Task exception was never retrieved");
    CHECK_STR(heard.name, "worker");
    CHECK_HAS(heard.place, "fails ");
    CHECK_HAS(heard.place, "test_report.c:");
    CHECK_EQ(heard.status, -EIO);
    CHECK_STR(heard.text, "the disk is full");
}

LOOP_TEST(a_plain_futures_error_is_reported_too)
{
    struct coil_future *f = coil_create_future();

    coil_future_set_exception(f, ENOENT, "nothing");
    CHECK_EQ(heard_take(), 0);
    coil_future_unref(f);
    CHECK_EQ(heard_take(), 1);
    CHECK_STR(heard.message, "Future exception was never retrieved");
    CHECK_STR(heard.name, "");
}

LOOP_TEST(looking_in_any_way_is_retrieving)
{
    struct coil_future *f;

    for (int way = 0; way < 4; way++) {
        f = coil_create_future();
        coil_future_set_exception(f, ENOENT, "nothing");
        if (way == 0)
            CHECK_EQ(coil_future_result(f).status, -ENOENT);
        else if (way == 1)
            CHECK_EQ(coil_await(f).status, -ENOENT);
        else if (way == 2)
            CHECK(coil_future_exception(f) != NULL);
        else
            CHECK_EQ(coil_future_take(f).status, -ENOENT);
        coil_future_unref(f);
        CHECK_EQ(heard_take(), 0);
    }
}

static coil_async struct coil_result gives_up(void *arg)
{
    (void)arg;
    return coil_error(-ECANCELED);
}

LOOP_TEST(a_cancellation_is_no_error_to_report)
{
    coil_future_unref(coil_create_task(gives_up, NULL));
    let_run(3);
    CHECK_EQ(heard_take(), 0);
}

static void count_reports(struct coil_loop *loop, const struct coil_report *report, void *arg)
{
    CHECK_PTR(loop, coil_loop_current());
    CHECK_STR(report->message, "my own");
    ++*(int *)arg;
}

LOOP_TEST(the_handler_hears_what_the_program_reports)
{
    struct coil_report report = {.message = "my own", .name = "", .place = ""};
    int count = 0;

    coil_loop_set_exception_handler(coil_loop_current(), count_reports, &count);
    coil_loop_call_exception_handler(coil_loop_current(), &report);
    CHECK_EQ(count, 1);
}

/* Dies on purpose, so that what was printed can be looked at. */
LOOP_FAIL_TEST(without_a_handler_it_is_a_paragraph_on_stderr,
               "Task exception was never retrieved: Task-2, made by fails ")
{
    coil_loop_set_exception_handler(coil_loop_current(), NULL, NULL);
    coil_future_unref(coil_create_task(fails, "reason given"));
    let_run(2);
    abort();
}

static void keep(struct coil_loop *loop, const struct coil_report *report, void *arg)
{
    (void)loop;
    *(struct coil_future **)arg = coil_future_ref(report->future);
    coil_future_unref(report->future);
}

LOOP_TEST(the_handler_may_ref_and_unref_the_future_it_is_told_of)
{
    struct coil_future *seen = NULL;

    coil_loop_set_exception_handler(coil_loop_current(), keep, &seen);
    coil_future_unref(coil_create_task(fails, "x"));
    let_run(2);
    CHECK(seen != NULL);
}
