/* How a loop's tasks end when the loop does. */
#include <coil/gather.h>
#include <coil/queue.h>
#include <coil/task_group.h>
#include <coil/timeout.h>

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

/* What tasks that do not go wait at: it outlives their loop. */
static struct coil_lock lock;
static struct coil_event event;
static struct coil_semaphore semaphore;
static struct coil_condition condition;
static struct coil_queue full, empty;

static coil_async struct coil_result insists_on_the_lock(void *arg)
{
    while (coil_lock_acquire(&lock) != 0)
        continue;
    return coil_value(arg);
}

static coil_async struct coil_result insists_on_the_event(void *arg)
{
    while (coil_event_wait(&event) != 0)
        continue;
    return coil_value(arg);
}

static coil_async struct coil_result insists_on_a_permit(void *arg)
{
    while (coil_semaphore_acquire(&semaphore) != 0)
        continue;
    return coil_value(arg);
}

static coil_async struct coil_result insists_on_the_condition(void *arg)
{
    coil_lock_acquire(condition.lock);
    while (coil_condition_wait(&condition) != 0)
        continue;
    return coil_value(arg);
}

static coil_async struct coil_result insists_on_putting(void *arg)
{
    while (coil_queue_put(&full, arg) != 0)
        continue;
    return coil_value(arg);
}

static coil_async struct coil_result insists_on_getting(void *arg)
{
    while (coil_queue_get(&empty).status < 0)
        continue;
    return coil_value(arg);
}

static void make_them_all(void)
{
    lock.locked = true;
    coil_semaphore_init(&semaphore, 0);
    coil_condition_init(&condition, NULL);
    coil_queue_init(&full, 1);
    CHECK_EQ(coil_queue_put_nowait(&full, "first"), 0);
    coil_queue_init(&empty, 0);
}

static coil_async struct coil_result uses_them_all(void *arg)
{
    coil_lock_release(&lock);
    CHECK_EQ(coil_lock_acquire(&lock), 0);
    coil_event_set(&event);
    CHECK_EQ(coil_semaphore_release(&semaphore), 0);
    CHECK_EQ(coil_semaphore_acquire(&semaphore), 0);
    CHECK_EQ(coil_lock_acquire(condition.lock), 0);
    coil_condition_notify_all(&condition);
    CHECK_STR(coil_queue_get(&full).value, "first");
    CHECK_EQ(coil_queue_put(&full, "second"), 0);
    CHECK_EQ(coil_queue_put(&empty, "third"), 0);
    CHECK_STR(coil_queue_get(&empty).value, "third");
    return coil_value(arg);
}

TEST(what_a_destroyed_task_waited_at_can_be_used_again)
{
    static coil_coroutine_fn *const all[] = {insists_on_the_lock, insists_on_the_event,
                                             insists_on_a_permit, insists_on_the_condition,
                                             insists_on_putting,  insists_on_getting};

    make_them_all();
    open_loop();
    here.drop_arg = NULL;
    for (int i = 0; i < 6; i++)
        coil_future_unref(coil_create_task_with(all[i], "x", &here));
    run_a_turn();
    coil_loop_close(loop);
    CHECK_EQ(heard_take(), 6);
    CHECK_EQ(coil_run(uses_them_all, NULL).status, 0);
    coil_queue_fini(&full);
    coil_queue_fini(&empty);
}

static coil_async struct coil_result insists_on_a_wait(void *futures)
{
    while (coil_wait(futures, 20, COIL_SECONDS(9), COIL_ALL_COMPLETED) < 0)
        continue;
    return coil_value(NULL);
}

static struct coil_as_completed *iteration;

static coil_async struct coil_result insists_on_the_next(void *futures)
{
    iteration = coil_as_completed_open(futures, 20, COIL_FOREVER);
    while (coil_as_completed_next(iteration).status < 0)
        continue;
    return coil_value(NULL);
}

static struct coil_future *child;

static coil_async struct coil_result insists_on_no_time(void *arg)
{
    child = coil_create_task(insists_on_the_event, arg);
    coil_yield();
    while (coil_wait_for(child, 0).status < 0)
        continue;
    return coil_value(NULL);
}

TEST(combinators_of_destroyed_tasks_leave_nothing)
{
    struct coil_future *futures[20];

    open_loop();
    here.drop_arg = NULL;
    for (int i = 0; i < 20; i++)
        futures[i] = coil_loop_create_future(loop);
    coil_future_unref(coil_create_task_with(insists_on_a_wait, futures, &here));
    coil_future_unref(coil_create_task_with(insists_on_the_next, futures, &here));
    coil_future_unref(coil_create_task_with(insists_on_no_time, NULL, &here));
    for (int i = 0; i < 3; i++)
        run_a_turn();
    coil_loop_close(loop);
    CHECK_EQ(heard_take(), 4);
    for (int i = 0; i < 20; i++) {
        CHECK_EQ(coil_future_result(futures[i]).status, -COIL_ESTOPPED);
        coil_future_unref(futures[i]);
    }
    coil_as_completed_close(iteration);
    coil_future_unref(child);
}

static struct coil_task_group group; /* of one task after the other */

static coil_async struct coil_result insists_on_its_group(void *arg)
{
    coil_task_group_enter(&group);
    for (int i = 0; i < 3; i++)
        coil_task_group_create_task(&group, insists_on_the_event, arg);
    while (coil_event_wait(&event) != 0)
        continue;
    return coil_error(coil_task_group_exit(&group, 0));
}

static coil_async struct coil_result has_a_child(void *arg)
{
    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, sleeps, arg);
    return coil_error(coil_task_group_exit(&group, 0));
}

TEST(children_of_a_destroyed_parent_do_not_touch_its_group)
{
    open_loop();
    here.drop_arg = NULL;
    coil_future_unref(coil_create_task_with(insists_on_its_group, "x", &here));
    run_a_turn();
    run_a_turn();
    coil_loop_close(loop);
    CHECK_EQ(heard_take(), 4);
    CHECK_EQ(coil_run_with(has_a_child, "y", &(struct coil_loop_options){.driver = "sim"}).status,
             0);
    CHECK_STR(noted(), "y0");
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
