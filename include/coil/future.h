/*
 * Futures: a result that will come (asyncio.Future). A task is a future with a coroutine behind it,
 * so everything here is true of tasks too, and every function that takes a future takes a task.
 *
 *     struct coil_future *f = coil_create_future();
 *     ...
 *     coil_future_set_result(f, value, free);      somebody settles it, once
 *     r = coil_await(f);                           any number of coroutines wait for it
 *     coil_future_unref(f);
 *
 * Shared: counted references, given up by unref only; await and cancel do not consume. Callbacks
 * never run inside the call that settles: they are scheduled, first in, first out. A future stays
 * with its loop's thread; what threads share is coil/cfuture.h.
 */
#ifndef COIL_FUTURE_H
#define COIL_FUTURE_H

#include <coil/loop.h>

COIL_BEGIN_DECLS

/**
 * A pending future of the running loop (asyncio: loop.create_future). Never NULL: when memory is
 * out it is a future that failed with -ENOMEM already.
 *
 * Suspends: no. Owns: the caller has one reference.
 * Returns: the future.
 */
COIL_EXPORT struct coil_future *coil_create_future_at(struct coil_loop *loop, const char *place);
#define coil_create_future() coil_create_future_at(NULL, COIL_PLACE("future"))
#define coil_loop_create_future(loop) coil_create_future_at(loop, COIL_PLACE("future"))

/**
 * One more reference.
 *
 * Suspends: no.
 * Returns: its argument.
 */
COIL_EXPORT struct coil_future *coil_future_ref(struct coil_future *future);

/**
 * Gives one reference up. With the last one a value that nobody took is dropped, and an error that
 * nobody looked at is reported. The loop holds a reference to every task that is not done: unref is
 * how to detach.
 *
 * Suspends: no. NULL is fine.
 */
COIL_EXPORT void coil_future_unref(struct coil_future *future);

/**
 * Settles with a value; `drop` frees it if nobody takes it (NULL: nothing to free). A negative
 * status fails it, -ECANCELED cancels it. Settling twice aborts.
 *
 * Suspends: no. Owns: the future owns the value from now on.
 */
COIL_EXPORT void coil_future_set_result(struct coil_future *future, struct coil_result result,
                                        coil_drop_fn *drop);

/**
 * Settles with an error (asyncio: set_exception); the format is a sentence for humans. Settling
 * twice aborts.
 * Call it as coil_future_set_exception(future, code, format, ...).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_future_set_exception_at(struct coil_future *future, const char *place,
                                              int64_t code, const char *format, ...)
    COIL_PRINTF(4, 5);
#define coil_future_set_exception(future, code, ...) \
    coil_future_set_exception_at(future, COIL_PLACE("set_exception"), code, __VA_ARGS__)

/**
 * Cancels (asyncio: cancel). A plain future is cancelled at once. A task is asked: what it waits
 * for is cancelled first, and its await returns -ECANCELED; it may clean up, and it may refuse.
 * `message` (may be NULL) is kept as the reason, with the place of this call. Call it as
 * coil_future_cancel(future, message).
 *
 * Suspends: no.
 * Returns: false if it was done already, else true.
 */
COIL_EXPORT bool coil_future_cancel_at(struct coil_future *future, const char *message,
                                       const char *place);
#define coil_future_cancel(future, message) \
    coil_future_cancel_at(future, message, COIL_PLACE("cancel"))

/**
 * Whether it is settled: with a value, an error or by cancellation (asyncio: done).
 *
 * Suspends: no.
 * Returns: true if it is.
 */
COIL_EXPORT bool coil_future_done(const struct coil_future *future);

/**
 * Whether it was cancelled (asyncio: cancelled).
 *
 * Suspends: no.
 * Returns: true if it is done and was.
 */
COIL_EXPORT bool coil_future_cancelled(const struct coil_future *future);

/**
 * The result, without waiting (asyncio: result). Looking at an error counts as retrieving it.
 *
 * Suspends: no. Owns: the value stays the future's; see coil_future_take.
 * Returns: it; -ECANCELED if cancelled; -COIL_EPENDING if not done.
 */
COIL_EXPORT struct coil_result coil_future_result(struct coil_future *future);

/**
 * The result, and with it the value: its drop function will not run any more. The future goes on to
 * tell the same result, so take once.
 *
 * Suspends: no. Owns: the caller owns the value.
 * Returns: as coil_future_result.
 */
COIL_EXPORT struct coil_result coil_future_take(struct coil_future *future);

/**
 * The exception of a failed or cancelled future (asyncio: exception; for a cancelled one its
 * reason).
 *
 * Suspends: no.
 * Returns: it, borrowed from the future; NULL if there is none or only the code is known.
 */
COIL_EXPORT const struct coil_exception *coil_future_exception(struct coil_future *future);

/**
 * The loop it belongs to (asyncio: get_loop).
 *
 * Suspends: no. Thread: any.
 * Returns: it.
 */
COIL_EXPORT struct coil_loop *coil_future_loop(const struct coil_future *future);

/**
 * Where it was created: "function file:line".
 *
 * Suspends: no. Thread: any.
 * Returns: a string that lives for ever.
 */
COIL_EXPORT const char *coil_future_place(const struct coil_future *future);

/**
 * Describes it in one line (asyncio: repr): "<Task 7 'fetch' pending waits for <Future ...> at
 * ...>".
 *
 * Suspends: no.
 * Returns: the length it has or would have, as snprintf.
 */
COIL_EXPORT int coil_future_repr(const struct coil_future *future, char *buffer, size_t size);

typedef void coil_done_fn(struct coil_future *future, void *arg);

/* A done-callback, embedded in the caller's memory until it has run or was removed. */
struct coil_done {
    struct coil_handle handle;
    struct coil_future *future;
    coil_done_fn *fn;
    void *arg;
};

/**
 * Calls fn(future, arg) in a later turn once the future is done, in a copy of the current context
 * (asyncio: add_done_callback). If it is done already, in the next turn. The future lives until the
 * callback has run.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_future_add_done_callback(struct coil_future *future, struct coil_done *done,
                                               coil_done_fn *fn, void *arg);

/**
 * The same in a context of the caller's choice (asyncio: context=).
 *
 * Suspends: no. Owns: takes its own reference to the context.
 */
COIL_EXPORT void coil_future_add_done_callback_in(struct coil_future *future,
                                                  struct coil_done *done, coil_done_fn *fn,
                                                  void *arg, struct coil_context *context);

/**
 * Removes it (asyncio: remove_done_callback), also between settling and its turn.
 *
 * Suspends: no.
 * Returns: true if it was there and will not run.
 */
COIL_EXPORT bool coil_future_remove_done_callback(struct coil_done *done);

/**
 * Waits until the future is done and tells its result (asyncio: await). Does not consume: the
 * reference stays the caller's, the value the future's. Outside a task, or with a future of another
 * loop, it aborts. Awaiting what waits for the caller is refused with -EDEADLK at once, and the
 * exception's text names the chain.
 *
 * Suspends: unless the future is done.
 * Cancel-safe: yes; cancelling the caller cancels the future (shield it to prevent that).
 * Returns: the future's result; -ECANCELED if the future or the caller was cancelled; -EDEADLK;
 * -ENOMEM (no memory to make sure
 * that it is none).
 */
COIL_EXPORT coil_async struct coil_result coil_await(struct coil_future *future);

/**
 * coil_await, coil_future_take and coil_future_unref in one: for a future made only to be waited
 * for.
 *
 * Suspends: unless the future is done.
 * Cancel-safe: yes; the reference is given up in every case.
 * Owns: gives up the caller's reference; the caller owns the value.
 * Returns: as coil_await.
 */
COIL_EXPORT coil_async struct coil_result coil_join(struct coil_future *future);

COIL_END_DECLS

#endif
