/* asyncio.Lock, asyncio.Event and asyncio.Condition. */
#include "sync/waiter.h"

static void wake_first(struct coil_lock *lock)
{
    if (lock->waiters.first != NULL)
        waiter_wake(lock->waiters.first, "coil_lock_release");
}

coil_async int coil_lock_acquire(struct coil_lock *lock)
{
    struct coil_waiter waiter;
    int err;

    if (!lock->locked && !waiters_any(&lock->waiters)) {
        lock->locked = true;
        return 0;
    }
    coil__waiter_join(&lock->waiters, &waiter, "lock");
    err = coil__waiter_wait(&waiter);
    if (err == 0)
        lock->locked = true;
    else if (!lock->locked)
        wake_first(lock); /* the wake that was meant for us */
    return err;
}

bool coil_lock_locked(const struct coil_lock *lock)
{
    return lock->locked;
}

void coil_lock_release(struct coil_lock *lock)
{
    REQUIRE(lock->locked, "coil_lock_release of a lock that is not locked");
    lock->locked = false;
    wake_first(lock);
}

coil_async int coil_event_wait(struct coil_event *event)
{
    struct coil_waiter waiter;

    if (event->set)
        return 0;
    coil__waiter_join(&event->waiters, &waiter, "event");
    return coil__waiter_wait(&waiter);
}

void coil_event_set(struct coil_event *event)
{
    if (event->set)
        return;
    event->set = true;
    for (struct coil_waiter *at = event->waiters.first; at != NULL; at = at->next)
        waiter_wake(at, "coil_event_set");
}

void coil_event_clear(struct coil_event *event)
{
    event->set = false;
}

bool coil_event_is_set(const struct coil_event *event)
{
    return event->set;
}

void coil_condition_init(struct coil_condition *condition, struct coil_lock *lock)
{
    *condition = (struct coil_condition){.lock = lock};
    if (lock == NULL)
        condition->lock = &condition->own_lock;
}

/* The lock is taken again whatever happens; a cancellation that comes meanwhile is told
 * afterwards. */
static coil_async int acquire_again(struct coil_lock *lock)
{
    int err, cancelled = 0;

    while ((err = coil_lock_acquire(lock)) != 0)
        cancelled = err;
    return cancelled;
}

coil_async int coil_condition_wait(struct coil_condition *condition)
{
    struct coil_waiter waiter;
    int err, again;

    REQUIRE(condition->lock->locked,
            "coil_condition_wait without the lock: acquire condition->lock first");
    coil_lock_release(condition->lock);
    coil__waiter_join(&condition->waiters, &waiter, "condition");
    err = coil__waiter_wait(&waiter);
    again = acquire_again(condition->lock);
    if (err == 0)
        err = again;
    if (err != 0)
        coil_condition_notify(
            condition, 1); /* we may have been notified, and do not go on: somebody else may */
    return err;
}

coil_async int coil_condition_wait_for(struct coil_condition *condition,
                                       coil_predicate_fn *predicate, void *arg)
{
    int err = 0;

    while (err == 0 && !predicate(arg))
        err = coil_condition_wait(condition);
    return err;
}

void coil_condition_notify(struct coil_condition *condition, size_t n)
{
    REQUIRE(condition->lock->locked,
            "coil_condition_notify without the lock: acquire condition->lock first");
    for (struct coil_waiter *at = condition->waiters.first; at != NULL && n > 0; at = at->next)
        if (waiter_pending(at)) {
            waiter_wake(at, "coil_condition_notify");
            n--;
        }
}

void coil_condition_notify_all(struct coil_condition *condition)
{
    coil_condition_notify(condition, SIZE_MAX);
}
