/* Stackful tasks: ordinary functions that wait. */
#include <pthread.h>
#include <stdlib.h>

#include "base/fault.h"
#include "task/task.h"
#include "unit/loop/inside.h"

static coil_async struct coil_result returns_arg(void *arg)
{
    note("run");
    return coil_value(arg);
}

static coil_async struct coil_result sleeps(void *arg)
{
    int err = coil_sleep((int64_t)(intptr_t)arg);

    return coil_error(err);
}

static coil_async struct coil_result awaits(void *future)
{
    return coil_await(future);
}

DRIVER_LOOP_TEST(a_task_runs_behind_what_is_ready_and_gives_its_result)
{
    struct coil_future *task = coil_create_task(returns_arg, "v");

    note("made");
    CHECK(coil_future_is_task(task));
    CHECK(!coil_future_done(task));
    CHECK_STR(coil_await(task).value, "v");
    CHECK_STR(noted(), "made run");
    coil_future_unref(task);
}

DRIVER_LOOP_TEST(sleeping_takes_its_time)
{
    int64_t before = coil_time();

    CHECK_EQ(coil_sleep(COIL_MS(3)), 0);
    CHECK(coil_time() - before >= COIL_MS(3));
    CHECK_EQ(coil_sleep(0), 0);
    CHECK_EQ(coil_sleep(-5), 0);
    CHECK_EQ(coil_yield(), 0);
}

LOOP_TEST(on_the_simulator_time_is_exact)
{
    int64_t before = coil_time();

    coil_sleep(COIL_SECONDS(3600) + 1);
    CHECK_EQ(coil_time() - before, COIL_SECONDS(3600) + 1);
}

LOOP_TEST(cancelled_before_its_first_step_it_does_not_run_and_drops_its_argument_once)
{
    struct coil_task_options options = {.drop_arg = drop_counted};
    struct coil_future *task = coil_create_task_with(returns_arg, "x", &options);

    CHECK(coil_future_cancel(task, "too late"));
    CHECK_EQ(coil_task_cancelling(task), 1);
    CHECK(!coil_future_done(task)); /* asked, not done */
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK(coil_future_cancelled(task));
    CHECK_STR(coil_exception_text(coil_future_exception(task)), "too late");
    CHECK_STR(noted(), "");
    CHECK_EQ(drops, 1);
    CHECK(!coil_future_cancel(task, NULL));
    coil_future_unref(task);
    CHECK_EQ(drops, 1);
}

LOOP_TEST(cancelled_while_it_sleeps_it_wakes_in_the_next_turn)
{
    struct coil_future *task = coil_create_task(sleeps, (void *)(intptr_t)COIL_SECONDS(100));
    int64_t before = coil_time();

    coil_yield();
    CHECK(coil_future_cancel(task, "wake up"));
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_EQ(coil_time(), before);
    CHECK_STR(coil_exception_text(coil_future_exception(task)), "wake up");
    coil_future_unref(task);
}

static void cancel_arg(void *task)
{
    CHECK(coil_future_cancel(task, NULL));
}

LOOP_TEST(cancelled_as_its_sleep_ends_it_is_cancelled_all_the_same)
{
    for (int after = 0; after < 2; after++) {
        struct coil_call call;
        struct coil_future *task;

        task = coil_create_task(sleeps, (void *)(intptr_t)COIL_MS(1));
        coil_call_init(&call, cancel_arg, task);
        if (!after) /* in the turn in which the sleep ends, before it or behind it */
            coil_call_later(coil_loop_current(), &call, COIL_MS(1));
        coil_yield();
        if (after)
            coil_call_later(coil_loop_current(), &call, COIL_MS(1));
        CHECK_EQ(coil_await(task).status, -ECANCELED);
        coil_future_unref(task);
    }
}

LOOP_TEST(cancelled_while_it_awaits_the_awaited_is_cancelled)
{
    struct coil_future *f = coil_create_future(), *task = coil_create_task(awaits, f);

    coil_yield();
    CHECK(coil_future_cancel(task, "stop"));
    CHECK(coil_future_cancelled(f));
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_STR(coil_exception_text(coil_future_exception(task)), "stop");
    coil_future_unref(task);
    coil_future_unref(f);
}

LOOP_TEST(cancelled_when_its_future_is_done_already_the_cancellation_wins)
{
    struct coil_future *f = coil_create_future(), *task = coil_create_task(awaits, f);

    coil_yield();
    coil_future_set_result(f, coil_number(3), NULL);
    CHECK(coil_future_cancel(task, NULL));
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_EQ(coil_future_result(f).status, 3);
    coil_future_unref(task);
    coil_future_unref(f);
}

static coil_async struct coil_result cancels_itself(void *arg)
{
    (void)arg;
    CHECK(coil_future_cancel(coil_current_task(), "enough"));
    CHECK_EQ(coil_task_cancelling(coil_current_task()), 1);
    note("still here");
    CHECK_EQ(coil_sleep(COIL_SECONDS(1)), -ECANCELED);
    CHECK_EQ(coil_sleep(COIL_MS(1)), 0); /* told once */
    return coil_number(1);
}

LOOP_TEST(cancelling_itself_is_told_at_the_next_wait_once)
{
    struct coil_future *task = coil_create_task(cancels_itself, NULL);

    CHECK_EQ(coil_await(task).status, 1);
    CHECK_STR(noted(), "still here");
    coil_future_unref(task);
}

static coil_async struct coil_result cancels_itself_and_ends(void *arg)
{
    coil_future_cancel(coil_current_task(), NULL);
    return coil_value(arg);
}

LOOP_TEST(ending_with_an_untold_request_is_being_cancelled_and_drops_the_value)
{
    struct coil_task_options options = {.drop_result = drop_counted};
    struct coil_future *task = coil_create_task_with(cancels_itself_and_ends, "v", &options);

    CHECK_EQ(coil_await(task).status, -ECANCELED);
    CHECK_EQ(drops, 1);
    coil_future_unref(task);
    CHECK_EQ(drops, 1);
}

static coil_async struct coil_result refuses(void *arg)
{
    int told = 0;

    (void)arg;
    while (told < 3)
        told += coil_sleep(COIL_SECONDS(9)) == -ECANCELED;
    return coil_number(told);
}

LOOP_TEST(a_task_may_refuse_to_end)
{
    struct coil_future *task = coil_create_task(refuses, NULL);

    for (int i = 1; i <= 3; i++) {
        coil_yield();
        CHECK(!coil_future_done(task));
        CHECK(coil_future_cancel(task, NULL));
        CHECK_EQ(coil_task_cancelling(task), i);
    }
    CHECK_EQ(coil_await(task).status, 3);
    CHECK(!coil_future_cancelled(task));
    coil_future_unref(task);
}

LOOP_TEST(cancel_goes_down_a_chain_of_ten_thousand_tasks)
{
    struct coil_future *f = coil_create_future(), *top = f;
    static struct coil_future *chain[10000];

    for (int i = 0; i < 10000; i++)
        chain[i] = top = coil_create_task(awaits, top);
    coil_yield();
    CHECK(coil_future_cancel(top, "all of you"));
    CHECK(coil_future_cancelled(f));
    CHECK_EQ(coil_await(top).status, -ECANCELED);
    for (int i = 0; i < 10000; i++) {
        CHECK(coil_future_cancelled(chain[i]));
        CHECK_EQ(coil_task_cancelling(chain[i]), 1);
        coil_future_unref(chain[i]);
    }
    coil_future_unref(f);
}

LOOP_TEST(detached_it_runs_on_and_drops_what_nobody_takes)
{
    struct coil_task_options options = {.drop_arg = drop_counted, .drop_result = drop_counted};

    coil_future_unref(coil_create_task_with(returns_arg, "v", &options));
    CHECK_EQ(drops, 0);
    let_run(2);
    CHECK_STR(noted(), "run");
    CHECK_EQ(drops, 2);
}

LOOP_TEST(joined_the_value_is_the_callers)
{
    struct coil_task_options options = {.drop_result = drop_counted};

    CHECK_STR(coil_join(coil_create_task_with(returns_arg, "v", &options)).value, "v");
    let_run(2);
    CHECK_EQ(drops, 0);
    noted();
}

static coil_async struct coil_result joins(void *future)
{
    return coil_join(coil_future_ref(future));
}

LOOP_TEST(cancelled_as_the_value_came_the_joiner_has_not_taken_it)
{
    struct coil_future *f = coil_create_future(), *task = coil_create_task(joins, f);

    coil_yield();
    coil_future_set_result(f, coil_value("v"), drop_counted);
    coil_future_cancel(task, NULL); /* before it goes on */
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    coil_future_unref(f);
    CHECK_EQ(drops, 1); /* nobody has it */
}

static coil_async struct coil_result notes_steps(void *arg)
{
    note("%s1 in %s", (char *)arg, coil_current_task() != NULL ? "a task" : "none");
    coil_yield();
    note("%s2", (char *)arg);
    return coil_value(NULL);
}

LOOP_TEST(eager_runs_the_first_step_inside_create)
{
    struct coil_task_options eager = {.eager = true};
    struct coil_future *me = coil_current_task(), *task, *done;

    task = coil_create_task_with(notes_steps, "e", &eager);
    note("made");
    CHECK_PTR(coil_current_task(), me);
    coil_await(task);
    CHECK_STR(noted(), "e1 in a task made e2");
    done = coil_create_task_with(returns_arg, "v", &eager);
    CHECK(coil_future_done(done)); /* at once */
    CHECK_STR(noted(), "run");
    coil_future_unref(task);
    coil_future_unref(done);
}

static coil_async struct coil_result makes_eager_child(void *arg)
{
    struct coil_task_options eager = {.eager = true};
    intptr_t depth = (intptr_t)arg;
    struct coil_future *child;
    struct coil_result r;

    if (depth == 0)
        return coil_number(coil_yield());
    child = coil_create_task_with(makes_eager_child, (void *)(depth - 1), &eager);
    r = coil_join(child);
    return r.status < 0 ? r : coil_number(r.status + 1);
}

LOOP_TEST(eager_tasks_may_make_eager_tasks)
{
    CHECK_EQ(coil_join(coil_create_task(makes_eager_child, (void *)100)).status, 100);
}

static void make_eager(void *arg)
{
    struct coil_task_options eager = {.eager = true};

    *(struct coil_future **)arg = coil_create_task_with(notes_steps, "c", &eager);
    note("callback");
}

LOOP_TEST(eager_works_from_a_callback)
{
    struct coil_future *task = NULL;
    struct coil_call call;

    coil_call_init(&call, make_eager, &task);
    coil_call_soon(coil_loop_current(), &call);
    coil_yield();
    CHECK_STR(noted(), "c1 in a task callback");
    coil_join(task);
    noted();
}

static int depth_of(int n)
{
    volatile char page[1024];

    page[0] = (char)n;
    __asm__ volatile("" : : "r"(page) : "memory"); /* all of it, whatever the compiler thinks */
    return n == 0 ? 0 : depth_of(n - 1) + page[0] - (char)n + 1;
}

static coil_async struct coil_result goes_deep(void *arg)
{
    coil_yield();
    return coil_number(depth_of((int)(intptr_t)arg));
}

LOOP_TEST(stack_bytes_is_how_deep_a_task_may_go)
{
    struct coil_task_options options = {.stack_bytes = 4u << 20};
    struct coil_future *task = coil_create_task_with(goes_deep, (void *)1500, &options);

    CHECK_EQ(coil_await(task).status, 1500);
    CHECK(coil_task_stack_used(task) >= 1500 * 1024);
    CHECK(coil_task_stack_used(task) <= 4u << 20);
    coil_future_unref(task);
}

LOOP_TEST(a_stack_larger_than_any_is_refused_with_no_memory)
{
    struct coil_task_options options = {.stack_bytes = 1u << 30, .drop_arg = drop_counted};
    struct coil_future *task = coil_create_task_with(goes_deep, (void *)1, &options);

    CHECK_HAS(coil_exception_text(coil_current_exception()), "no stack for a new task: ");
    CHECK_EQ(coil_await(task).status, -ENOMEM);
    CHECK_EQ(drops, 1);
    coil_future_unref(task);
}

LOOP_TEST(without_memory_the_task_is_a_failed_future_and_the_argument_is_dropped)
{
    struct coil_task_options options = {.drop_arg = drop_counted};
    struct coil_future *task;

    coil__fault_arm(FAULT_ALLOC, 1, false);
    task = coil_create_task_with(returns_arg, "x", &options);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil_await(task).status, -ENOMEM);
    CHECK(!coil_future_is_task(task));
    CHECK_EQ(drops, 1);
    coil_future_unref(task);
}

LOOP_TEST(a_task_struct_takes_176_bytes)
{
    if (SLAB_MALLOC)
        SKIP("a sanitizer keeps notes in it");
    CHECK(sizeof(struct task) <= 176);
}

SLOW_LOOP_TEST(a_hundred_thousand_guarded_coroutines_live_at_once, 60)
{
    int n = kit_effort(100000) / kit_slowness();
    struct coil_future **tasks = calloc((size_t)n, sizeof(*tasks)), *f = coil_create_future();
    struct coil_loop_stats stats;

    for (int i = 0; i < n; i++)
        tasks[i] = coil_create_task(awaits, f);
    coil_yield();
    coil_loop_stats(coil_loop_current(), &stats);
    CHECK_EQ(stats.tasks_live, n + 1);
    CHECK_EQ(coil_all_tasks(coil_loop_current(), NULL, 0), n + 1);
    coil_future_set_result(f, coil_number(1), NULL);
    for (int i = 0; i < n; i++)
        CHECK_EQ(coil_join(tasks[i]).status, 1);
    coil_future_unref(f);
    free(tasks);
}

FAIL_TEST(await_outside_a_task_aborts,
          "coil_await was called outside a task: only a coroutine can wait")
{
    coil_await(coil_loop_create_future(open_sim()));
}

FAIL_TEST(sleep_outside_a_task_aborts, "coil_sleep was called outside a task")
{
    coil_sleep(5);
}

static void sleeps_in_callback(void *arg)
{
    (void)arg;
    coil_yield(); /* not in a task */
}

LOOP_FAIL_TEST(yield_in_a_callback_aborts, "coil_yield was called outside a task")
{
    struct coil_call call;

    coil_call_init(&call, sleeps_in_callback, NULL);
    coil_call_soon(coil_loop_current(), &call);
    coil_yield();
}

static void *awaits_in_thread(void *future)
{
    coil_await(future); /* not in a task */
    return NULL;
}

LOOP_FAIL_TEST(await_from_another_thread_aborts, "coil_await was called outside a task")
{
    pthread_t thread;

    pthread_create(&thread, NULL, awaits_in_thread, coil_create_future());
    pthread_join(thread, NULL);
}

LOOP_FAIL_TEST(await_of_another_loops_future_aborts, "coil_await of a future of another loop")
{
    coil_await(coil_loop_create_future(open_sim()));
}

FAIL_TEST(creating_a_task_without_a_loop_aborts,
          "coil_create_task needs a running loop in this thread")
{
    coil_create_task(returns_arg, NULL);
}

static void *creates_in_thread(void *loop)
{
    struct coil_task_options options = {.loop = loop};

    coil_create_task_with(returns_arg, NULL, &options);
    return NULL;
}

LOOP_FAIL_TEST(creating_a_task_on_a_loop_of_another_thread_aborts,
               "coil_create_task was called from another thread than the loop's")
{
    pthread_t thread;

    pthread_create(&thread, NULL, creates_in_thread, coil_loop_current());
    pthread_join(thread, NULL);
}
