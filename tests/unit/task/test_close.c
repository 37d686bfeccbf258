/* How a loop's tasks end when the loop does. */
#include "task/task.h"
#include "unit/loop/inside.h"

static struct coil_loop *loop;
static struct coil_task_options here;

static void open_loop(void)
{
    loop = open_sim();
    here.loop = loop;
    here.drop_arg = drop_counted;
}

static void run_a_turn(void)
{
    coil_loop_stop(loop);
    coil_loop_run_forever(loop);
}

static coil_async struct coil_result sleeps(void *arg)
{
    int err = coil_sleep(COIL_SECONDS(100));

    note("%s%d", (char *)arg, err);
    return coil_error(err);
}

TEST(all_are_told_and_unwind_in_the_order_of_their_age)
{
    struct coil_future *tasks[3];

    open_loop();
    for (int i = 0; i < 3; i++)
        tasks[i] = coil_create_task_with(sleeps, "x", &here);
    coil_loop_close(loop);
    CHECK_STR(noted(), ""); /* none had begun */
    CHECK_EQ(drops, 3);
    CHECK_EQ(heard_take(), 3);
    for (int i = 0; i < 3; i++) {
        CHECK(coil_future_cancelled(tasks[i]));
        coil_future_unref(tasks[i]);
    }
    open_loop();
    for (int i = 0; i < 3; i++)
        coil_future_unref(coil_create_task_with(sleeps, &"abc"[i], &here));
    run_a_turn();
    coil_loop_close(loop);
    CHECK_STR(noted(), "abc-125 bc-125 c-125");
    CHECK_EQ(heard_take(), 3);
}

static coil_async struct coil_result yields_in_clean_up(void *arg)
{
    coil_sleep(COIL_SECONDS(100));
    for (int i = 0; i < 100; i++)
        coil_yield();
    note("%s clean", (char *)arg);
    return coil_number(4);
}

TEST(a_clean_up_that_does_not_wait_is_finished)
{
    struct coil_future *task;

    open_loop();
    task = coil_create_task_with(yields_in_clean_up, "a", &here);
    run_a_turn();
    coil_loop_close(loop);
    CHECK_STR(noted(), "a clean");
    CHECK_EQ(coil_future_result(task).status, 4);
    CHECK_EQ(heard_take(), 1);
    coil_future_unref(task);
}

static coil_async struct coil_result waits_in_clean_up(void *arg)
{
    coil_sleep(COIL_SECONDS(100));
    note("%s", (char *)arg);
    coil_sleep(COIL_MS(1));
    note("never");
    return coil_value(NULL);
}

TEST(one_that_waits_in_its_clean_up_is_destroyed)
{
    struct coil_future *task;

    open_loop();
    task = coil_create_task_with(waits_in_clean_up, "a", &here);
    run_a_turn();
    coil_loop_close(loop);
    CHECK_STR(noted(), "a");
    CHECK_EQ(coil_future_result(task).status, -COIL_ESTOPPED);
    CHECK_EQ(drops, 1);
    CHECK_EQ(heard_take(), 1);
    coil_future_unref(task);
}

static coil_async struct coil_result holds_a_scope(void *arg)
{
    struct coil_timeout outer, inner;

    coil_timeout_enter(&outer, COIL_SECONDS(1));
    coil_timeout_enter(&inner, COIL_SECONDS(2));
    while (coil_sleep(COIL_SECONDS(100)) == -ECANCELED)
        note("%s", (char *)arg);
    return coil_value(NULL);
}

TEST(scopes_of_a_destroyed_task_go_with_it)
{
    open_loop();
    coil_future_unref(coil_create_task_with(holds_a_scope, "x", &here));
    run_a_turn();
    coil_loop_close(loop);
    CHECK_STR(noted(), "x");
    CHECK_EQ(heard_take(), 1);
}

static coil_async struct coil_result awaits(void *future)
{
    struct coil_result r = coil_await(future);

    note("%lld", (long long)r.status);
    return r;
}

TEST(a_chain_of_waiting_tasks_unwinds)
{
    struct coil_future *bottom, *top;

    open_loop();
    here.drop_arg = NULL;
    bottom = top = coil_create_task_with(sleeps, "bottom", &here);
    for (int i = 0; i < 100; i++) {
        struct coil_future *next = coil_create_task_with(awaits, top, &here);

        if (top != bottom)
            coil_future_unref(top);
        top = next;
    }
    run_a_turn();
    coil_loop_close(loop);
    CHECK(coil_future_cancelled(top));
    CHECK_EQ(heard_take(), 101);
    noted();
    coil_future_unref(top);
    coil_future_unref(bottom);
}

static coil_async struct coil_result waits_for(void *future)
{
    return coil_wait_for(future, COIL_SECONDS(1));
}

static coil_async struct coil_result gathers(void *arg)
{
    struct coil_future *two[2] = {coil_create_task(sleeps, arg), coil_create_task(sleeps, arg)};

    return coil_join(coil_gather(two, 2, COIL_TAKE_REFS));
}

TEST(combinators_unwind_too)
{
    struct coil_future *f;

    open_loop();
    here.drop_arg = NULL;
    f = coil_loop_create_future(loop);
    coil_future_unref(coil_create_task_with(waits_for, f, &here));
    coil_future_unref(coil_create_task_with(gathers, "g", &here));
    run_a_turn();
    run_a_turn();
    coil_loop_close(loop);
    CHECK_EQ(heard_take(), 4);
    CHECK_STR(noted(), "g-125 g-125");
    coil_future_unref(f);
}

TEST(a_task_can_outlive_its_loop_as_a_result)
{
    struct coil_future *task;
    char text[100];

    open_loop();
    here.name = "old";
    task = coil_create_task_with(sleeps, "x", &here);
    coil_loop_close(loop);
    here.name = NULL;
    heard_take();
    CHECK(coil_future_done(task));
    CHECK(!coil_future_cancel(task, NULL));
    CHECK(coil_future_repr(task, text, sizeof(text)) > 0);
    CHECK_HAS(text, "old");
    CHECK_EQ(coil_task_stack_used(task) > 0, true);
    coil_future_unref(task);
}

TEST(cancelling_all_asks_everyone)
{
    struct coil_future *task, *oldest;

    open_loop();
    task = coil_create_task_with(sleeps, "a", &here);
    run_a_turn();
    oldest = coil__tasks_oldest(loop);
    CHECK_PTR(oldest, task);
    coil_future_unref(oldest);
    coil__tasks_cancel_all(loop, "enough");
    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, -ECANCELED);
    CHECK_STR(coil_exception_text(coil_future_exception(task)), "enough");
    noted();
    coil_future_unref(task);
    coil_loop_close(loop);
}
