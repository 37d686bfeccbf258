/* What is true of tasks of every kind: cancel counts, ids, contexts, and what a failed await
 * leaves. */
#include "base/fault.h"
#include "unit/loop/inside.h"

static coil_async struct coil_result sleeps(void *arg)
{
    return coil_error(coil_sleep((int64_t)(intptr_t)arg));
}

LOOP_TEST(requests_to_cancel_are_counted_and_taken_back)
{
    struct coil_future *task = coil_create_task(sleeps, (void *)(intptr_t)COIL_SECONDS(9));

    CHECK_EQ(coil_task_cancelling(task), 0);
    CHECK_EQ(coil_task_uncancel(task), 0); /* nothing to take back */
    coil_future_cancel(task, "one");
    coil_future_cancel(task, "two");
    CHECK_EQ(coil_task_cancelling(task), 2);
    CHECK_EQ(coil_task_uncancel(task), 1);
    CHECK_EQ(coil_task_cancelling(task), 1);
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_EQ(coil_task_cancelling(task), 1);
    coil_future_unref(task);
}

LOOP_TEST(a_request_taken_back_before_it_is_told_is_forgotten)
{
    struct coil_future *task = coil_create_task(sleeps, (void *)(intptr_t)COIL_MS(1));

    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_task_uncancel(task), 0);
    CHECK_EQ(coil_await(task).status, 0);
    coil_future_unref(task);
}

LOOP_TEST(plain_futures_have_no_requests_to_count)
{
    struct coil_future *f = coil_create_future();

    CHECK_EQ(coil_task_cancelling(f), 0);
    CHECK_EQ(coil_task_uncancel(f), 0);
    coil_future_unref(f);
}

LOOP_TEST(seventy_thousand_requests_do_not_run_over)
{
    struct coil_future *task = coil_create_task(sleeps, (void *)(intptr_t)COIL_MS(1));

    for (int i = 0; i < 70000; i++)
        coil_future_cancel(task, NULL);
    CHECK(coil_task_cancelling(task) > 60000);
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    coil_future_unref(task);
}

static coil_async struct coil_result waits_and_tells(void *future)
{
    struct coil_result r = coil_await(future);

    note("%lld %s", (long long)r.status,
         coil_current_exception() != NULL ? coil_exception_text(coil_current_exception()) : "-");
    return r;
}

LOOP_TEST(the_reason_of_a_cancellation_on_its_way_stands)
{
    struct coil_future *f = coil_create_future(), *task = coil_create_task(waits_and_tells, f);

    coil_yield();
    coil_future_cancel(task, "first");
    coil_future_cancel(task, "second");
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_STR(noted(), "-125 first");
    coil_future_unref(task);
    coil_future_unref(f);
}

static coil_async struct coil_result cleans_up(void *arg)
{
    (void)arg;
    if (coil_sleep(COIL_SECONDS(9)) == -ECANCELED) {
        note("%s", coil_exception_text(coil_current_exception()));
        coil_sleep(COIL_MS(5));
        note("clean");
    }
    return coil_error(-ECANCELED);
}

LOOP_TEST(a_cancelled_task_may_wait_while_it_cleans_up)
{
    struct coil_future *task = coil_create_task(cleans_up, NULL);
    int64_t before = coil_time();

    coil_yield();
    coil_future_cancel(task, "enough");
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_EQ(coil_time() - before, COIL_MS(5));
    CHECK_STR(noted(), "enough clean");
    CHECK(coil_future_cancelled(task));
    coil_future_unref(task);
}

LOOP_TEST(cancelled_again_while_it_cleans_up_the_clean_up_is_cut)
{
    struct coil_future *task = coil_create_task(cleans_up, NULL);
    int64_t before = coil_time();

    coil_yield();
    coil_future_cancel(task, "one");
    coil_yield();
    coil_future_cancel(task, "two");
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_EQ(coil_time(), before);
    noted();
    coil_future_unref(task);
}

static coil_async struct coil_result awaits(void *future)
{
    return coil_await(future);
}

LOOP_TEST(cancelling_who_waits_for_a_task_cancels_that_task)
{
    struct coil_future *inner = coil_create_task(cleans_up, NULL);
    struct coil_future *outer = coil_create_task(awaits, inner);

    let_run(2);
    coil_future_cancel(outer, "from above");
    CHECK_EQ(coil_task_cancelling(inner), 1);
    CHECK_EQ(coil_await(outer).status, -ECANCELED);
    CHECK(coil_future_done(inner)); /* it has unwound before the outer one went on */
    CHECK_STR(noted(), "from above clean");
    coil_future_unref(outer);
    coil_future_unref(inner);
}

static coil_async struct coil_result recovers(void *arg)
{
    (void)arg;
    coil_sleep(COIL_SECONDS(9));
    return coil_number(77);
}

LOOP_TEST(an_inner_task_that_refuses_gives_its_result_to_the_outer_one)
{
    struct coil_future *inner = coil_create_task(recovers, NULL);
    struct coil_future *outer = coil_create_task(awaits, inner);

    let_run(2);
    coil_future_cancel(outer, NULL);
    CHECK_EQ(coil_await(outer).status, 77);
    coil_future_unref(outer);
    coil_future_unref(inner);
}

static coil_async struct coil_result steps_through(void *arg)
{
    int cancels = 0;

    for (int i = 0; i < 3; i++)
        cancels += coil_yield() == -ECANCELED;
    for (int i = 0; i < 3; i++)
        cancels += coil_sleep(COIL_MS(1)) == -ECANCELED;
    for (int i = 0; i < 3; i++)
        cancels += coil_await(((struct coil_future **)arg)[i]).status == -ECANCELED;
    return coil_number(cancels);
}

/* One request, at every turn of its life: it is told exactly once. */
LOOP_TEST(a_request_is_told_exactly_once_whenever_it_comes)
{
    int delivered = 0;

    for (int turn = 0; turn < 40; turn++) {
        struct coil_future *futures[3], *task;

        for (int i = 0; i < 3; i++)
            futures[i] = coil_create_task(sleeps, (void *)(intptr_t)COIL_MS(4 + i));
        task = coil_create_task(steps_through, futures);
        for (int i = 0; i < turn; i++)
            if (i < 8)
                coil_yield();
            else
                coil_sleep(COIL_US(300));
        if (coil_future_cancel(task, NULL)) {
            struct coil_result r = coil_await(task);

            CHECK(r.status == 1 || (turn == 0 && r.status == -ECANCELED));
            delivered++;
        }
        coil_await(task);
        coil_future_unref(task);
        for (int i = 0; i < 3; i++)
            coil_join(futures[i]);
    }
    CHECK(delivered > 20);
}

LOOP_TEST(without_memory_the_reason_is_lost_and_the_cancellation_is_not)
{
    struct coil_future *task = coil_create_task(sleeps, (void *)(intptr_t)COIL_SECONDS(9));

    coil_yield();
    coil__fault_arm(FAULT_ALLOC, 1, true);
    CHECK(coil_future_cancel(task, "why"));
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_PTR(coil_future_exception(task), NULL);
    coil_future_unref(task);
}

LOOP_TEST(a_task_that_fails_is_awaited_with_its_error_by_all)
{
    struct coil_future *f = coil_create_future();
    struct coil_future *a = coil_create_task(waits_and_tells, f),
                       *b = coil_create_task(waits_and_tells, f);

    coil_yield();
    coil_future_set_exception(f, EIO, "broken");
    CHECK_EQ(coil_join(a).status, -EIO);
    CHECK_EQ(coil_join(b).status, -EIO);
    CHECK_STR(noted(), "-5 broken -5 broken");
    coil_future_unref(f);
}

LOOP_TEST(a_name_without_memory_is_the_default_one)
{
    struct coil_task_options options = {.name = "x", .eager = false};
    struct coil_future *task = NULL;
    char name[16];

    for (uint64_t k = 1; k < 10 && (task == NULL || !coil_future_is_task(task)); k++) {
        coil_future_unref(task);
        coil__fault_arm(FAULT_ALLOC, k, true);
        task = coil_create_task_with(sleeps, NULL, &options);
        coil__fault_arm(FAULT_ALLOC, 0, false);
    }
    coil_task_name(task, name, sizeof(name));
    CHECK_STR(name, "Task-2");
    CHECK_EQ(coil_join(task).status, 0);
}
