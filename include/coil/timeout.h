/*
 * Timeouts are scopes: cancellation with a clock (asyncio.timeout, asyncio.Timeout). Whatever is
 * awaited between enter and exit, at any depth, is cancelled when the time comes, and exit turns
 * that -ECANCELED into -ETIMEDOUT; a cancellation from outside stays one. Scopes nest; each knows
 * whether it was the one that fired.
 *
 *     struct coil_timeout limit;
 *
 *     coil_timeout_enter(&limit, COIL_SECONDS(2));
 *     err = talk_to_server();
 *     err = coil_timeout_exit(&limit, err);
 *
 * Every way out of the scope leads by exit, for its timer is in the memory of the function that
 * entered it; a task that ends inside a scope aborts. coil_wait_for_call is one function in a scope
 * of its own.
 */
#ifndef COIL_TIMEOUT_H
#define COIL_TIMEOUT_H

#include <coil/task.h>

COIL_BEGIN_DECLS

/* On the stack of the task between enter and exit. Fields are coil's. */
struct coil_timeout {
    struct coil_timer timer;
    struct coil_future *task;
    struct coil_timeout *outer;
    int64_t when_ns;
    int cancelling;
    int state;
};

/**
 * Enters a scope that ends after delay_ns (asyncio: async with timeout(delay)); COIL_FOREVER: no
 * limit yet. A delay <= 0 fires at the first await. Outside a task it aborts.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_timeout_enter(struct coil_timeout *scope, int64_t delay_ns);

/**
 * The same with a time on the loop's clock (asyncio: timeout_at).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_timeout_enter_at(struct coil_timeout *scope, int64_t when_ns);

/**
 * Leaves the scope with the status the body ended with.
 *
 * Suspends: no.
 * Returns: -ETIMEDOUT if this scope fired, `status` is -ECANCELED, and nobody else asked for
 * cancellation; else `status`.
 */
COIL_EXPORT int64_t coil_timeout_exit(struct coil_timeout *scope, int64_t status);

/**
 * Moves the deadline (asyncio: Timeout.reschedule); COIL_FOREVER lifts it.
 *
 * Suspends: no.
 * Returns: 0; -COIL_ESTOPPED if the scope has fired or was left.
 */
COIL_EXPORT int coil_timeout_reschedule(struct coil_timeout *scope, int64_t when_ns);

/**
 * The deadline on the loop's clock (asyncio: Timeout.when).
 *
 * Suspends: no.
 * Returns: it; COIL_FOREVER for none.
 */
COIL_EXPORT int64_t coil_timeout_when(const struct coil_timeout *scope);

/**
 * Whether this scope fired (asyncio: Timeout.expired).
 *
 * Suspends: no.
 * Returns: true if its time came while it was entered.
 */
COIL_EXPORT bool coil_timeout_expired(const struct coil_timeout *scope);

/**
 * Awaits a future, at most for a time (asyncio: wait_for). At the timeout the future is cancelled
 * and its unwinding waited for; if it then has a value after all, that is returned. timeout_ns <=
 * 0: what is done, or cancel.
 *
 * Suspends: unless the future is done.
 * Cancel-safe: yes; the future is cancelled with the caller.
 * Returns: the future's result; -ETIMEDOUT; -ECANCELED; -EDEADLK, as coil_await.
 */
COIL_EXPORT coil_async struct coil_result coil_wait_for(struct coil_future *future,
                                                        int64_t timeout_ns);

/**
 * Runs a coroutine in place, at most for a time (asyncio: wait_for with a coroutine).
 *
 * Suspends: as fn does.
 * Cancel-safe: as fn is.
 * Returns: what fn returned; -ETIMEDOUT.
 */
COIL_EXPORT coil_async struct coil_result coil_wait_for_call(coil_coroutine_fn *fn, void *arg,
                                                             int64_t timeout_ns);

COIL_END_DECLS

#endif
