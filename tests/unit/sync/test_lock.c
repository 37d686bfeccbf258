/* Locks, events and conditions. */
#include <pthread.h>

#include <coil/stackless.h>

#include "unit/loop/inside.h"

static struct coil_lock lock;
static struct coil_event event;
static struct coil_condition condition;
static bool flag;

static coil_async struct coil_result locks(void *arg)
{
    int err = coil_lock_acquire(&lock);

    note("%s%d", (char *)arg, err);
    if (err == 0) {
        coil_sleep(COIL_MS(1));
        coil_lock_release(&lock);
    }
    return coil_error(err);
}

LOOP_TEST(a_lock_is_had_by_one_and_in_the_order_of_arrival)
{
    struct coil_future *tasks[3];

    CHECK(!coil_lock_locked(&lock));
    CHECK_EQ(coil_lock_acquire(&lock), 0);
    CHECK(coil_lock_locked(&lock));
    for (int i = 0; i < 3; i++)
        tasks[i] = coil_create_task(locks, &"abc"[i]);
    let_run(3);
    CHECK_STR(noted(), "");
    coil_lock_release(&lock);
    for (int i = 0; i < 3; i++)
        coil_join(tasks[i]);
    CHECK_STR(noted(), "abc0 bc0 c0");
    CHECK(!coil_lock_locked(&lock));
}

LOOP_TEST(a_waiter_cancelled_while_it_waits_is_skipped)
{
    struct coil_future *a, *b;

    coil_lock_acquire(&lock);
    a = coil_create_task(locks, "a");
    b = coil_create_task(locks, "b");
    coil_yield();
    coil_future_cancel(a, NULL);
    coil_lock_release(&lock);
    coil_join(a);
    coil_join(b);
    CHECK_STR(noted(), "a-125 b0");
}

LOOP_TEST(a_waiter_cancelled_as_it_is_woken_passes_the_lock_on)
{
    struct coil_future *a, *b;

    coil_lock_acquire(&lock);
    a = coil_create_task(locks, "a");
    b = coil_create_task(locks, "b");
    coil_yield();
    coil_lock_release(&lock); /* wakes a ... */
    coil_future_cancel(a, NULL);
    coil_join(a);
    coil_join(b);
    CHECK_STR(noted(), "a-125 b0");
    CHECK(!coil_lock_locked(&lock));
}

LOOP_TEST(a_newcomer_does_not_overtake_the_woken_one)
{
    struct coil_future *a;

    coil_lock_acquire(&lock);
    a = coil_create_task(locks, "a");
    coil_yield();
    coil_lock_release(&lock);
    CHECK_EQ(coil_lock_acquire(&lock), 0);
    note("me");
    coil_lock_release(&lock);
    coil_join(a);
    CHECK_STR(noted(), "a0 me");
}

LOOP_FAIL_TEST(releasing_an_unlocked_lock_aborts, "coil_lock_release of a lock that is not locked")
{
    coil_lock_release(&lock);
}

static coil_async struct coil_result waits_for_event(void *arg)
{
    int err = coil_event_wait(&event);

    note("%s%d", (char *)arg, err);
    return coil_error(err);
}

LOOP_TEST(an_event_wakes_all_in_order_even_if_cleared_at_once)
{
    struct coil_future *tasks[3];

    for (int i = 0; i < 3; i++)
        tasks[i] = coil_create_task(waits_for_event, &"abc"[i]);
    coil_yield();
    CHECK(!coil_event_is_set(&event));
    coil_event_set(&event);
    CHECK(coil_event_is_set(&event));
    coil_event_set(&event);
    coil_event_clear(&event);
    for (int i = 0; i < 3; i++)
        coil_join(tasks[i]);
    CHECK_STR(noted(), "abc0 bc0 c0");
}

static void *sets_from_a_thread(void *arg)
{
    coil_event_set(&event);
    return arg;
}

LOOP_FAIL_TEST(an_event_that_a_task_waits_for_set_by_a_thread_aborts,
               "coil_event_set was called from another thread than the loop's")
{
    pthread_t thread;

    coil_create_task(waits_for_event, "a");
    coil_yield();
    pthread_create(&thread, NULL, sets_from_a_thread, NULL);
    pthread_join(thread, NULL);
}

LOOP_TEST(a_set_event_is_not_waited_for)
{
    struct coil_loop_stats before, after;

    coil_event_set(&event);
    coil_loop_stats(coil_loop_current(), &before);
    CHECK_EQ(coil_event_wait(&event), 0);
    coil_loop_stats(coil_loop_current(), &after);
    CHECK_EQ(before.turns, after.turns);
}

LOOP_TEST(a_cancelled_waiter_of_an_event_is_gone)
{
    struct coil_future *a = coil_create_task(waits_for_event, "a");

    coil_yield();
    coil_future_cancel(a, NULL);
    coil_join(a);
    CHECK_STR(noted(), "a-125");
    CHECK_PTR(event.waiters.first, NULL);
    coil_event_set(&event);
}

static coil_async struct coil_result waits_for_notify(void *arg)
{
    int err = coil_lock_acquire(condition.lock);

    if (err == 0)
        err = coil_condition_wait(&condition);
    CHECK(coil_lock_locked(condition.lock)); /* held again, whatever came of it */
    note("%s%d", (char *)arg, err);
    coil_lock_release(condition.lock);
    return coil_error(err);
}

static void start_three(struct coil_future **tasks)
{
    coil_condition_init(&condition, NULL);
    for (int i = 0; i < 3; i++)
        tasks[i] = coil_create_task(waits_for_notify, &"abc"[i]);
}

static coil_async void notify(size_t n)
{
    CHECK_EQ(coil_lock_acquire(condition.lock), 0);
    coil_condition_notify(&condition, n);
    coil_lock_release(condition.lock);
}

LOOP_TEST(notify_wakes_so_many_in_order_of_arrival)
{
    struct coil_future *tasks[3];

    start_three(tasks);
    let_run(5);
    notify(0);
    let_run(5);
    CHECK_STR(noted(), "");
    notify(2);
    let_run(9);
    CHECK_STR(noted(), "abc0 bc0");
    notify(SIZE_MAX);
    let_run(9);
    CHECK_STR(noted(), "c0");
    for (int i = 0; i < 3; i++)
        coil_join(tasks[i]);
}

LOOP_TEST(a_waiter_cancelled_as_it_was_notified_passes_the_notify_on)
{
    struct coil_future *tasks[3];

    start_three(tasks);
    let_run(5);
    notify(1);
    coil_future_cancel(tasks[0], NULL);
    coil_join(tasks[0]);
    coil_join(tasks[1]);
    CHECK_STR(noted(), "abc-125 bc0");
    coil_future_cancel(tasks[2], NULL);
    CHECK_EQ(coil_join(tasks[2]).status, -ECANCELED);
    noted();
}

static bool is_flag(void *arg)
{
    (void)arg;
    return flag;
}

static coil_async struct coil_result waits_for_flag(void *arg)
{
    int err;

    (void)arg;
    coil_lock_acquire(condition.lock);
    err = coil_condition_wait_for(&condition, is_flag, NULL);
    note("flag%d", err);
    coil_lock_release(condition.lock);
    return coil_error(err);
}

LOOP_TEST(wait_for_goes_on_only_when_the_predicate_is_true)
{
    struct coil_future *task;

    coil_condition_init(&condition, NULL);
    task = coil_create_task(waits_for_flag, NULL);
    let_run(3);
    notify(1);
    let_run(5);
    CHECK_STR(noted(), "");
    flag = true;
    notify(1);
    coil_join(task);
    CHECK_STR(noted(), "flag0");
    CHECK_EQ(coil_join(coil_create_task(waits_for_flag, NULL)).status, 0); /* at once */
    noted();
}

LOOP_TEST(two_conditions_may_share_a_lock)
{
    struct coil_condition other;

    coil_condition_init(&condition, &lock);
    coil_condition_init(&other, &lock);
    CHECK_PTR(condition.lock, other.lock);
    coil_lock_acquire(&lock);
    coil_condition_notify_all(&condition);
    coil_condition_notify_all(&other);
    coil_lock_release(&lock);
}

LOOP_FAIL_TEST(waiting_without_the_lock_aborts, "coil_condition_wait without the lock")
{
    coil_condition_init(&condition, NULL);
    coil_condition_wait(&condition);
}

LOOP_FAIL_TEST(notifying_without_the_lock_aborts, "coil_condition_notify without the lock")
{
    coil_condition_init(&condition, NULL);
    coil_condition_notify(&condition, 1);
}

/* A stackless coroutine waits for a lock by a task that has a stack. */
struct taker {
    const char *name;
    struct coil_future *task;
};

static coil_async struct coil_result take_lock(void *arg)
{
    return coil_error(coil_lock_acquire(arg));
}

static enum coil_step taker(struct coil_stackless *co, struct taker *self)
{
    bool taken;

    COIL_BEGIN(co);
    COIL_AWAIT(co, self->task = coil_create_task(take_lock, &lock));
    taken = coil_future_result(self->task).status == 0;
    coil_future_unref(self->task);
    note("%s%d%s", self->name, (int)co->sent.status, taken ? "taken" : "");
    if (taken)
        coil_lock_release(&lock);
    COIL_RETURN(co, co->sent);
    COIL_END(co);
}

static struct coil_future *start_taker(const char *name)
{
    struct taker state = {.name = name};

    return coil_create_stackless_task(taker, &state, sizeof(state), NULL);
}

LOOP_TEST(a_stackless_coroutine_waits_for_a_lock_by_a_task)
{
    struct coil_future *tasks[3];

    coil_lock_acquire(&lock);
    for (int i = 0; i < 3; i++)
        tasks[i] = start_taker((const char *[]){"a", "b", "c"}[i]);
    let_run(3);
    coil_future_cancel(tasks[1], NULL);
    let_run(3);
    CHECK_STR(noted(), "b-125");
    coil_lock_release(&lock);
    for (int i = 0; i < 3; i++)
        coil_join(tasks[i]);
    CHECK_STR(noted(), "a0taken c0taken");
    CHECK(!coil_lock_locked(&lock));
}

LOOP_TEST(a_stackless_coroutine_cancelled_as_it_got_the_lock_can_tell)
{
    struct coil_future *task;

    coil_lock_acquire(&lock);
    task = start_taker("a");
    let_run(3);
    coil_lock_release(&lock);
    coil_yield();
    CHECK(coil_lock_locked(&lock)); /* its task has it, and it has not heard yet */
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    CHECK_STR(noted(), "a-125taken");
    CHECK(!coil_lock_locked(&lock));
}
