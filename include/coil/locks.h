/*
 * Locks for tasks of one loop: lock, event, condition, semaphore, barrier (asyncio's, in its
 * words).
 *
 * Embedded: a zeroed object is ready to use where that is said, and needs no fini. Waiters are
 * served strictly in order of arrival; a waiter that is cancelled just as it was woken passes the
 * wake on. None may be shared between threads: another one has the loop set
 * it, by coil_submit_call or coil_call_soon_threadsafe. Fields are coil's.
 */
#ifndef COIL_LOCKS_H
#define COIL_LOCKS_H

#include <coil/task.h>

COIL_BEGIN_DECLS

/* The tasks that wait, in order of arrival. Zeroed: nobody. */
struct coil_waiters {
    struct coil_waiter *first;
    struct coil_waiter *last;
};

/* asyncio.Lock. Zeroed: unlocked. */
struct coil_lock {
    struct coil_waiters waiters;
    bool locked;
};

/**
 * Takes the lock (asyncio: Lock.acquire).
 *
 * Suspends: while another task has it.
 * Cancel-safe: yes.
 * Returns: 0; -ECANCELED (not taken).
 */
COIL_EXPORT coil_async int coil_lock_acquire(struct coil_lock *lock);

/**
 * Whether somebody has it (asyncio: Lock.locked).
 *
 * Suspends: no.
 * Returns: true if so.
 */
COIL_EXPORT bool coil_lock_locked(const struct coil_lock *lock);

/**
 * Releases it and wakes the first waiter (asyncio: Lock.release). Any task may; releasing an
 * unlocked lock aborts.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_lock_release(struct coil_lock *lock);

/* asyncio.Event. Zeroed: not set. */
struct coil_event {
    struct coil_waiters waiters;
    bool set;
};

/**
 * Waits until it is set (asyncio: Event.wait).
 *
 * Suspends: unless it is set.
 * Cancel-safe: yes.
 * Returns: 0; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_event_wait(struct coil_event *event);

/**
 * Sets it and wakes everybody who waits (asyncio: Event.set).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_event_set(struct coil_event *event);

/**
 * Unsets it (asyncio: Event.clear).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_event_clear(struct coil_event *event);

/**
 * Whether it is set (asyncio: Event.is_set).
 *
 * Suspends: no.
 * Returns: true if so.
 */
COIL_EXPORT bool coil_event_is_set(const struct coil_event *event);

/* asyncio.Condition: with a lock of its own, or with one shared with others. */
struct coil_condition {
    struct coil_waiters waiters;
    struct coil_lock *lock;
    struct coil_lock own_lock;
};

/**
 * Readies a condition; lock == NULL gives it one of its own (at condition->lock).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_condition_init(struct coil_condition *condition, struct coil_lock *lock);

/**
 * Releases the lock, waits for a notify, takes the lock again (asyncio: Condition.wait). Without
 * the lock it aborts.
 *
 * Suspends: yes.
 * Cancel-safe: yes; the lock is held again when it returns, also with -ECANCELED.
 * Returns: 0; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_condition_wait(struct coil_condition *condition);

typedef bool coil_predicate_fn(void *arg);

/**
 * Waits until predicate(arg) is true (asyncio: Condition.wait_for).
 *
 * Suspends: unless it is true.
 * Cancel-safe: yes; the lock is held when it returns.
 * Returns: 0; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_condition_wait_for(struct coil_condition *condition,
                                                   coil_predicate_fn *predicate, void *arg);

/**
 * Wakes up to n waiters (asyncio: Condition.notify). Without the lock it aborts.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_condition_notify(struct coil_condition *condition, size_t n);

/**
 * Wakes all of them (asyncio: Condition.notify_all).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_condition_notify_all(struct coil_condition *condition);

/* asyncio.Semaphore and BoundedSemaphore. */
struct coil_semaphore {
    struct coil_waiters waiters;
    size_t value;
    size_t bound; /* SIZE_MAX: unbounded */
};

/**
 * A semaphore with `value` permits.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_semaphore_init(struct coil_semaphore *semaphore, size_t value);

/**
 * One whose value never exceeds the first one: releasing more than was acquired is refused.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_bounded_semaphore_init(struct coil_semaphore *semaphore, size_t value);

/**
 * Takes a permit (asyncio: Semaphore.acquire).
 *
 * Suspends: while there is none, or others wait already.
 * Cancel-safe: yes.
 * Returns: 0; -ECANCELED (not taken).
 */
COIL_EXPORT coil_async int coil_semaphore_acquire(struct coil_semaphore *semaphore);

/**
 * Gives a permit back (asyncio: Semaphore.release).
 *
 * Suspends: no.
 * Returns: 0; -EOVERFLOW if bounded and nothing was acquired (asyncio: ValueError).
 */
COIL_EXPORT int coil_semaphore_release(struct coil_semaphore *semaphore);

/**
 * Whether acquire would have to wait (asyncio: locked).
 *
 * Suspends: no.
 * Returns: true if so.
 */
COIL_EXPORT bool coil_semaphore_locked(const struct coil_semaphore *semaphore);

/* asyncio.Barrier. */
struct coil_barrier {
    struct coil_condition condition;
    size_t parties;
    size_t count;
    int state;
};

/**
 * A barrier for `parties` tasks (at least 1).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_barrier_init(struct coil_barrier *barrier, size_t parties);

/**
 * Waits until all parties wait (asyncio: Barrier.wait).
 *
 * Suspends: unless it is the last party.
 * Cancel-safe: yes; the others go on waiting.
 * Returns: this task's index, 0 .. parties - 1, different for each; -COIL_EBROKEN; -ECANCELED.
 */
COIL_EXPORT coil_async int64_t coil_barrier_wait(struct coil_barrier *barrier);

/**
 * Sends everybody who waits away with -COIL_EBROKEN and starts afresh (asyncio: Barrier.reset).
 *
 * Suspends: while its lock is taken, or parties are still leaving.
 * Cancel-safe: yes.
 * Returns: 0; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_barrier_reset(struct coil_barrier *barrier);

/**
 * Breaks it for good: everybody who waits or comes gets -COIL_EBROKEN (asyncio: Barrier.abort).
 *
 * Suspends: while its lock is taken.
 * Cancel-safe: yes.
 * Returns: 0; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_barrier_abort(struct coil_barrier *barrier);

/**
 * How many wait now (asyncio: n_waiting).
 *
 * Suspends: no.
 * Returns: their number; 0 while they are leaving.
 */
COIL_EXPORT size_t coil_barrier_waiting(const struct coil_barrier *barrier);

/**
 * Whether it is broken (asyncio: broken).
 *
 * Suspends: no.
 * Returns: true if it is.
 */
COIL_EXPORT bool coil_barrier_broken(const struct coil_barrier *barrier);

COIL_END_DECLS

#endif
