/* Task groups: children that end before their scope does. */
#include "base/fault.h"
#include "unit/loop/children.h"

static struct coil_task_group group;

static struct coil_future *add(coil_coroutine_fn *fn, intptr_t arg)
{
    return coil_task_group_create_task(&group, fn, (void *)arg);
}

DRIVER_LOOP_TEST(leaving_waits_for_all_children)
{
    struct coil_future *a, *b;

    coil_task_group_enter(&group);
    a = coil_future_ref(add(child_sleeps, 2));
    b = coil_future_ref(add(child_sleeps, 1));
    CHECK_EQ(coil_task_group_exit(&group, 0), 0);
    CHECK_EQ(coil_future_result(a).status, 2);
    CHECK_EQ(coil_future_result(b).status, 1);
    coil_future_unref(a);
    coil_future_unref(b);
}

LOOP_TEST(without_children_leaving_does_not_wait)
{
    coil_task_group_enter(&group);
    CHECK_EQ(coil_task_group_exit(&group, 0), 0);
    coil_task_group_enter(&group);
    CHECK_EQ(coil_task_group_exit(&group, -EIO), -COIL_EGROUP);
    CHECK_EQ(coil_exception_count(coil_current_exception()), 1);
}

LOOP_TEST(the_first_failure_cancels_siblings_and_body_and_all_failures_are_told)
{
    const struct coil_exception *all;
    struct coil_future *sibling;
    int err;

    coil_task_group_enter(&group);
    sibling = coil_future_ref(add(child_sleeps, 900));
    add(child_fails, 2);
    err = coil_sleep(COIL_SECONDS(9));
    CHECK_EQ(err, -ECANCELED);
    CHECK_EQ(coil_task_group_exit(&group, err), -COIL_EGROUP);
    CHECK(coil_future_cancelled(sibling));
    all = coil_current_exception();
    CHECK_EQ(coil_exception_code(all), -COIL_EGROUP);
    CHECK_EQ(coil_exception_count(all), 1);
    CHECK_STR(coil_exception_text(coil_exception_at(all, 0)), "after 2 ms");
    CHECK_EQ(coil_task_cancelling(coil_current_task()), 0);
    CHECK_EQ(coil_yield(), 0);
    coil_future_unref(sibling);
}

LOOP_TEST(failures_at_the_same_time_are_all_listed)
{
    coil_task_group_enter(&group);
    for (int i = 0; i < 10; i++)
        add(child_fails, 2);
    CHECK_EQ(coil_task_group_exit(&group, 0), -COIL_EGROUP);
    CHECK_EQ(coil_exception_count(coil_current_exception()), 10);
    CHECK_HAS(coil_exception_text(coil_current_exception()), "10 of the group's tasks failed");
}

LOOP_TEST(a_failing_body_cancels_the_children)
{
    struct coil_future *child;

    coil_task_group_enter(&group);
    child = coil_future_ref(add(child_sleeps, 900));
    CHECK_EQ(coil_task_group_exit(&group, coil_raise(ENOENT, "body").status), -COIL_EGROUP);
    CHECK(coil_future_cancelled(child));
    CHECK_STR(coil_exception_text(coil_exception_at(coil_current_exception(), 0)), "body");
    coil_future_unref(child);
}

LOOP_TEST(cancelling_the_group_is_no_error)
{
    struct coil_future *child;

    coil_task_group_enter(&group);
    child = coil_future_ref(add(child_sleeps, 900));
    coil_task_group_cancel(&group);
    coil_task_group_cancel(&group);
    CHECK_EQ(coil_task_group_exit(&group, coil_sleep(COIL_SECONDS(1))), 0);
    CHECK(coil_future_cancelled(child));
    CHECK_EQ(coil_task_cancelling(coil_current_task()), 0);
    CHECK_EQ(coil_yield(), 0);
    coil_future_unref(child);
}

static coil_async struct coil_result holds_group(void *arg)
{
    struct coil_task_group own;

    (void)arg;
    coil_task_group_enter(&own);
    coil_task_group_create_task(&own, child_refuses, (void *)900);
    coil_task_group_create_task(&own, child_sleeps, (void *)900);
    return coil_error(coil_task_group_exit(&own, 0));
}

LOOP_TEST(cancelled_from_outside_it_cancels_the_children_and_waits_for_them)
{
    struct coil_future *task = coil_create_task(holds_group, NULL);
    int64_t before = coil_time();

    let_run(2);
    coil_future_cancel(task, "outside");
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_EQ(coil_time() - before, COIL_MS(1)); /* the refusing one's */
    CHECK_EQ(coil_all_tasks(coil_loop_current(), NULL, 0), 1);
    coil_future_unref(task);
}

static coil_async struct coil_result cleans_up_for_long(void *arg)
{
    (void)arg;
    coil_sleep(COIL_SECONDS(9));
    coil_sleep(COIL_MS(5));
    return coil_error(-ECANCELED);
}

/* The body ends at once, or waits and is cancelled, too. */
static coil_async struct coil_result cancels_its_group(void *waits)
{
    struct coil_task_group own;
    int64_t status = 0;

    coil_task_group_enter(&own);
    coil_task_group_create_task(&own, cleans_up_for_long, NULL);
    coil_yield();
    coil_task_group_cancel(&own);
    if (waits != NULL)
        status = coil_sleep(COIL_SECONDS(9));
    status = coil_task_group_exit(&own, status);
    note("%lld %d", (long long)status, coil_task_cancelling(coil_current_task()));
    return coil_error(status);
}

LOOP_TEST(cancelled_from_outside_while_a_cancelled_group_unwinds_it_is_cancelled)
{
    for (int waits = 0; waits < 2; waits++) {
        struct coil_future *task = coil_create_task(cancels_its_group, waits ? &group : NULL);

        coil_sleep(COIL_MS(2));
        coil_future_cancel(task, "outside");
        CHECK_EQ(coil_join(task).status, -ECANCELED);
        CHECK_STR(noted(), "-125 1");
        CHECK_EQ(coil_join(coil_create_task(cancels_its_group, waits ? &group : NULL)).status, 0);
        CHECK_STR(noted(), "0 0");
    }
}

static coil_async struct coil_result has_children(void *arg)
{
    intptr_t depth = (intptr_t)arg;

    coil_yield();
    if (depth > 0) {
        add(has_children, depth - 1);
        add(has_children, depth - 1);
    }
    note("x");
    return coil_value(NULL);
}

LOOP_TEST(children_may_add_children_while_the_scope_waits)
{
    coil_task_group_enter(&group);
    add(has_children, 5);
    CHECK_EQ(coil_task_group_exit(&group, 0), 0);
    CHECK_EQ(strlen(noted()), 2 * 63 - 1);
}

LOOP_TEST(a_group_that_ends_or_was_left_refuses_and_drops_the_argument)
{
    struct coil_task_options options = {.drop_arg = drop_counted};
    struct coil_future *refused;

    coil_task_group_enter(&group);
    coil_task_group_cancel(&group);
    refused = coil_task_group_create_task_with(&group, child_sleeps, "x", &options);
    CHECK_EQ(coil_future_result(refused).status, -COIL_ESTOPPED);
    CHECK_EQ(drops, 1);
    CHECK_EQ(coil_task_group_exit(&group, coil_yield()), 0);
    refused = coil_task_group_create_task_with(&group, child_sleeps, "x", &options);
    CHECK_EQ(coil_future_result(refused).status, -COIL_ESTOPPED);
    CHECK_EQ(drops, 2);
}

static coil_async struct coil_result cancels_it_and_sleeps(void *arg)
{
    coil_task_group_cancel(&group);
    return child_sleeps(arg);
}

LOOP_TEST(an_eager_child_that_cancels_the_group_is_cancelled_too)
{
    struct coil_task_options eager = {.eager = true};
    struct coil_future *child;
    int64_t before = coil_time();

    coil_task_group_enter(&group);
    child = coil_future_ref(
        coil_task_group_create_task_with(&group, cancels_it_and_sleeps, (void *)900, &eager));
    CHECK_EQ(coil_task_group_exit(&group, 0), 0);
    CHECK(coil_future_cancelled(child));
    CHECK_EQ(coil_time() - before, 0);
    CHECK_EQ(coil_task_cancelling(coil_current_task()), 0);
    coil_future_unref(child);
}

LOOP_TEST(groups_nest)
{
    struct coil_task_group outer, inner;
    int64_t err;

    coil_task_group_enter(&outer);
    coil_task_group_create_task(&outer, child_sleeps, (void *)5);
    coil_task_group_enter(&inner);
    coil_task_group_create_task(&inner, child_fails, (void *)1);
    err = coil_task_group_exit(&inner, 0);
    CHECK_EQ(err, -COIL_EGROUP);
    CHECK_EQ(coil_task_group_exit(&outer, err), -COIL_EGROUP);
    CHECK_EQ(coil_exception_count(coil_exception_at(coil_current_exception(), 0)), 1);
}

LOOP_TEST(whatever_allocation_fails_the_group_ends_and_the_error_is_told)
{
    for (uint64_t k = 1; k < 40; k++) {
        int64_t err;
        bool made;

        coil_task_group_enter(&group);
        coil__fault_arm(FAULT_ALLOC, k, false);
        made = coil_future_is_task(add(child_fails, 1));
        made &= coil_future_is_task(add(child_sleeps, 1));
        err = coil_task_group_exit(&group, made ? 0 : -ENOMEM);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK_EQ(err, -COIL_EGROUP);
        CHECK_EQ(coil_all_tasks(coil_loop_current(), NULL, 0), 1);
        CHECK_EQ(coil_yield(), 0);
    }
}

LOOP_TEST(a_child_that_cannot_be_made_fails_the_group_though_nobody_looks)
{
    coil_task_group_enter(&group);
    add(child_sleeps, 1000000);
    coil__fault_arm(FAULT_ALLOC, 1, true);
    add(child_sleeps, 1);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil_sleep(COIL_FOREVER), -ECANCELED);
    CHECK_EQ(coil_task_group_exit(&group, -ECANCELED), -COIL_EGROUP);
}

static void enters(void *arg)
{
    coil_task_group_enter(arg);
}

LOOP_FAIL_TEST(entering_outside_a_task_aborts, "coil_task_group_enter outside a task")
{
    struct coil_call call;

    coil_call_init(&call, enters, &group);
    coil_call_soon(coil_loop_current(), &call);
    coil_yield();
}
