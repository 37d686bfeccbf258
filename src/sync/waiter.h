/*
 * What waits in a lock, event, semaphore or queue: a future on the waiting task's stack, in a list
 * in order of arrival. Who wakes settles the future; it is the waiter that leaves the list when it
 * goes on (as in asyncio), so a waiter that was woken and then cancelled can still be seen, and its
 * wake passed on.
 */
#ifndef COIL_SYNC_WAITER_H
#define COIL_SYNC_WAITER_H

#include <coil/locks.h>

#include "loop/loop.h"

struct coil_waiter {
    struct coil_waiter *next, *prev;
    struct coil_waiters *line; /* NULL: it has left */
    struct coil_future future;
};

void coil__waiter_join(struct coil_waiters *waiters, struct coil_waiter *waiter, const char *what);
void coil__waiter_leave(struct coil_waiter *waiter);

/* Waits to be woken, then leaves the list. 0 or -ECANCELED; woken or not, waiter_woken tells. */
coil_async int coil__waiter_wait(struct coil_waiter *waiter);

static inline bool waiter_pending(const struct coil_waiter *waiter)
{
    return future_pending(&waiter->future);
}

/* Wakes it, unless that was done or it was cancelled. Threads come here by mistake: `caller` is
 * what they called. */
static inline void waiter_wake(struct coil_waiter *waiter, const char *caller)
{
    loop_owned(waiter->future.loop, caller);
    future_wake(&waiter->future);
}

static inline bool waiter_cancelled(const struct coil_waiter *waiter)
{
    return waiter->future.state == FUTURE_CANCELLED;
}

/* The first that still waits; NULL: none. */
static inline struct coil_waiter *waiters_first_pending(const struct coil_waiters *waiters)
{
    struct coil_waiter *at = waiters->first;

    while (at != NULL && !waiter_pending(at))
        at = at->next;
    return at;
}

/* Whether somebody is in line who was not cancelled. */
static inline bool waiters_any(const struct coil_waiters *waiters)
{
    struct coil_waiter *at = waiters->first;

    while (at != NULL && waiter_cancelled(at))
        at = at->next;
    return at != NULL;
}

#endif
