/*
 * Concurrent futures: results that threads wait for (concurrent.futures.Future, and better:
 * cancelling one can be waited for, and a job that refuses cancellation has its value delivered).
 *
 * All but coil_wrap_future and coil_share_future may be called from any thread. No job's handle
 * stays pending: when its loop stops, dies or stayed behind in the parent of a fork, it is done
 * with -COIL_ESTOPPED, -COIL_EDIED or -COIL_EFORKED.
 */
#ifndef COIL_CFUTURE_H
#define COIL_CFUTURE_H

#include <coil/gather.h>
#include <coil/loop.h>

COIL_BEGIN_DECLS

struct coil_cfuture;
struct coil_task_options;

/**
 * Runs a coroutine on a loop of another thread (asyncio: run_coroutine_threadsafe), in a copy of
 * the caller's context.
 * Call it as coil_run_coroutine_threadsafe(loop, fn, arg), or ..._with(loop, fn, arg, &options).
 * Never NULL: what cannot be submitted is done already
 * (-COIL_ESTOPPED, -COIL_EFORKED, -ENOMEM).
 *
 * Suspends: no. Thread: any.
 * Owns: the caller has one reference. Giving it up does not cancel.
 * Returns: the concurrent future.
 */
COIL_EXPORT struct coil_cfuture *coil_submit_to_loop_at(struct coil_loop *loop,
                                                        coil_coroutine_fn *fn, void *arg,
                                                        const struct coil_task_options *options,
                                                        const char *place);
#define coil_run_coroutine_threadsafe(loop, fn, ...) \
    coil_submit_to_loop_at(loop, fn, __VA_ARGS__, NULL, COIL_PLACE(#fn))
#define coil_run_coroutine_threadsafe_with(loop, fn, ...) \
    coil_submit_to_loop_at(loop, fn, __VA_ARGS__, COIL_PLACE(#fn))

/* What a handle can be seen doing. */
enum coil_cfuture_state {
    COIL_CFUTURE_PENDING,    /* submitted, not started */
    COIL_CFUTURE_RUNNING,    /* its coroutine or function has started */
    COIL_CFUTURE_CANCELLING, /* asked to cancel, unwinding */
    COIL_CFUTURE_DONE
};

/**
 * What it is doing now.
 *
 * Suspends: no. Thread: any.
 * Returns: the state.
 */
COIL_EXPORT enum coil_cfuture_state coil_cfuture_state(const struct coil_cfuture *future);

/**
 * Whether it is done (done()).
 *
 * Suspends: no. Thread: any.
 * Returns: true if it is.
 */
COIL_EXPORT bool coil_cfuture_done(const struct coil_cfuture *future);

/**
 * Waits in this thread until it is done.
 *
 * Suspends: no, it blocks the thread. Thread: any but the loop's own.
 * Returns: 0; -ETIMEDOUT; -EINTR if coil_interrupt was called; -EDEADLK where it could not end: on
 * the thread of the loop that must do it; in a job on a thread that the other waits for, directly
 * or by way of more such jobs, without a limit; or where work waits and no thread can be made to
 * take this one's place.
 */
COIL_EXPORT int coil_cfuture_wait(struct coil_cfuture *future, int64_t timeout_ns);

/**
 * Waits and tells the result (result(timeout)).
 *
 * Suspends: no, it blocks the thread. Thread: any but the loop's own, where only a done one can be
 * asked.
 * Owns: the value stays the future's; see coil_cfuture_take.
 * Returns: the job's result; -ECANCELED if it was cancelled; what coil_cfuture_wait returns.
 */
COIL_EXPORT struct coil_result coil_cfuture_result(struct coil_cfuture *future, int64_t timeout_ns);

/**
 * The same, and the value's drop function will not run.
 *
 * Suspends: no, it blocks the thread. Thread: any but the loop's own.
 * Owns: the caller owns the value.
 * Returns: as coil_cfuture_result.
 */
COIL_EXPORT struct coil_result coil_cfuture_take(struct coil_cfuture *future, int64_t timeout_ns);

/**
 * What is known of the error beyond its code.
 *
 * Suspends: no. Thread: any.
 * Returns: borrowed from the future; NULL if not done, or nothing is known.
 */
COIL_EXPORT const struct coil_exception *coil_cfuture_exception(struct coil_cfuture *future);

/**
 * Asks for cancellation, any time, each on its own (cancel()). Before its first step the job never
 * runs. A job that refuses has its value delivered. Call it as coil_cfuture_cancel(future).
 *
 * Suspends: no. Thread: any.
 * Returns: false if it was done already.
 */
COIL_EXPORT bool coil_cfuture_cancel_at(struct coil_cfuture *future, const char *message,
                                        const char *place);
#define coil_cfuture_cancel(future) coil_cfuture_cancel_at(future, NULL, COIL_PLACE("cancel"))

/**
 * Cancels and waits until the job has unwound.
 *
 * Suspends: no, it blocks the thread. Thread: any but the loop's own.
 * Returns: the job's result (-ECANCELED, or what it returned after all); what coil_cfuture_wait
 * returns.
 */
COIL_EXPORT struct coil_result
coil_cfuture_cancel_and_wait_at(struct coil_cfuture *future, int64_t timeout_ns, const char *place);
#define coil_cfuture_cancel_and_wait(future, timeout_ns) \
    coil_cfuture_cancel_and_wait_at(future, timeout_ns, COIL_PLACE("cancel"))

typedef void coil_cfuture_done_fn(struct coil_cfuture *future, void *arg);

/* Embedded in the caller's memory until it has run. */
struct coil_cfuture_callback {
    struct coil_cfuture_callback *next;
    coil_cfuture_done_fn *fn;
    void *arg;
};

/**
 * Calls fn(future, arg) once it is done: on the thread that settles it, or here and now if it is
 * done (add_done_callback). Must not block.
 *
 * Suspends: no. Thread: any.
 */
COIL_EXPORT void coil_cfuture_add_done_callback(struct coil_cfuture *future,
                                                struct coil_cfuture_callback *callback,
                                                coil_cfuture_done_fn *fn, void *arg);

/**
 * An eventfd that becomes readable when it is done: for poll, epoll or another library's loop. The
 * same one every time.
 *
 * Suspends: no. Thread: any. Owns: the future closes it.
 * Returns: the descriptor; -EMFILE, -ENFILE, -ENOMEM.
 */
COIL_EXPORT int coil_cfuture_fd(struct coil_cfuture *future);

/**
 * A future of the running loop that is settled with it (asyncio: wrap_future): how a coroutine of
 * any loop awaits a job of any other. Cancelling it cancels the job; it is cancelled at once
 * itself, while the job may still unwind. Call it as coil_wrap_future(future).
 *
 * Suspends: no.
 * Owns: the caller has one reference to what is returned. The value stays the concurrent future's.
 * Returns: the future, never NULL; one that failed already with -ENOMEM. When the loop closes
 * before the job is done, it fails with -COIL_ESTOPPED.
 */
COIL_EXPORT struct coil_future *coil_wrap_future_at(struct coil_cfuture *future, const char *place);
#define coil_wrap_future(future) coil_wrap_future_at(future, COIL_PLACE("wrap_future"))

/**
 * The other way round: a concurrent future that is settled with one of this loop, for threads and
 * coroutines of other loops. Cancelling it cancels that one, on its loop.
 * Call it as coil_share_future(future).
 *
 * Suspends: no.
 * Owns: the caller has one reference. The result's value is the concurrent future's from when it is
 * done: who else awaits the loop's one may look at it while the concurrent one lives.
 * Returns: the concurrent future, never NULL; one that failed already with -ENOMEM. When the loop
 * closes before it is settled, it is done with -COIL_ESTOPPED (-COIL_EDIED: its thread ended).
 */
COIL_EXPORT struct coil_cfuture *coil_share_future_at(struct coil_future *future,
                                                      const char *place);
#define coil_share_future(future) coil_share_future_at(future, COIL_PLACE("share_future"))

/**
 * Waits for some or all of them (concurrent.futures.wait). Never cancels them, never fails because
 * of them or of the timeout. n == 0 gives 0 at once. One given twice counts twice.
 *
 * Suspends: in a task; elsewhere it blocks the thread. Not if enough are done already.
 * Cancel-safe: yes; the futures go on. Thread: any.
 * Returns: how many are done (0 after a timeout with none); -EINTR after coil_interrupt;
 * -ECANCELED; -ENOMEM; -EDEADLK as coil_cfuture_wait: on the thread of a loop that must do any of
 * them; in a job, if none of those that would be enough can come; -COIL_ESTOPPED in a task whose
 * loop ends.
 */
COIL_EXPORT coil_async int64_t coil_cfuture_wait_many(struct coil_cfuture *const *futures, size_t n,
                                                      int64_t timeout_ns,
                                                      enum coil_wait_condition condition);

/* An iteration over futures in the order in which they end (concurrent.futures.as_completed). */
struct coil_cfuture_as_completed;

/**
 * Begins one, over n futures; more can be added. One given twice comes twice.
 *
 * Suspends: no. Thread: any. Owns: the caller closes it; it holds references to the futures.
 * Returns: it; NULL when memory is out.
 */
COIL_EXPORT struct coil_cfuture_as_completed *
coil_cfuture_as_completed_open(struct coil_cfuture *const *futures, size_t n);

/**
 * One future more.
 *
 * Suspends: no. Thread: any, one at a time.
 * Returns: 0; -ENOMEM.
 */
COIL_EXPORT int coil_cfuture_as_completed_add(struct coil_cfuture_as_completed *iteration,
                                              struct coil_cfuture *future);

/**
 * The next one that is done, as result.value, a struct coil_cfuture * borrowed until close.
 *
 * Suspends: in a task; elsewhere it blocks the thread. Unless one is done already.
 * Cancel-safe: yes; nothing is lost. Thread: any, one at a time.
 * Returns: the future; -COIL_EENDED after the last, until one is added; -ETIMEDOUT; -EINTR after
 * coil_interrupt; -ECANCELED; -ENOMEM; -EDEADLK as coil_cfuture_wait_many; -COIL_ESTOPPED in a task
 * whose loop ends.
 */
COIL_EXPORT coil_async struct coil_result
coil_cfuture_as_completed_next(struct coil_cfuture_as_completed *iteration, int64_t timeout_ns);

/**
 * Ends it; the futures that are not done go on. Not while somebody waits for the next one.
 *
 * Suspends: no. Thread: any. NULL is fine.
 */
COIL_EXPORT void coil_cfuture_as_completed_close(struct coil_cfuture_as_completed *iteration);

/**
 * A future that is settled by hand (concurrent.futures.Future()): for whoever makes an executor of
 * his own. Cancelling it while it is pending settles it. If everybody gives it up while it is not
 * done, nobody can settle it any more: it is cancelled, for those who have added callbacks.
 * Call it as coil_cfuture_new().
 *
 * Suspends: no. Thread: any.
 * Owns: the caller has one reference; take another one for whoever will settle it.
 * Returns: the future, never NULL; one that failed already with -ENOMEM.
 */
COIL_EXPORT struct coil_cfuture *coil_cfuture_new_at(const char *place);
#define coil_cfuture_new() coil_cfuture_new_at(COIL_PLACE("Future"))

/**
 * Its job begins now (set_running_or_notify_cancel): from here on a cancellation is only a request
 * (coil_cfuture_state says COIL_CFUTURE_CANCELLING). For futures of coil_cfuture_new only.
 *
 * Suspends: no. Thread: any.
 * Returns: true, once; false if it was cancelled, began already, or is done: the job must not be
 * run.
 */
COIL_EXPORT bool coil_cfuture_set_running(struct coil_cfuture *future);

/**
 * Settles it (set_result; with a negative status, set_exception, and what coil_raise said goes
 * with it: coil_cfuture_set_result(future, coil_raise(EIO, "no disk"), NULL)). `drop` (may be NULL)
 * frees the value if nobody takes it. For futures of coil_cfuture_new only.
 *
 * Suspends: no. Thread: any.
 * Owns: the future owns the value from now on; after -EALREADY it stays the caller's.
 * Returns: 0; -EALREADY if it is done, or was cancelled before it began (InvalidStateError).
 */
COIL_EXPORT int coil_cfuture_set_result(struct coil_cfuture *future, struct coil_result result,
                                        coil_drop_fn *drop);

/**
 * The id of the task behind it, for coil/inspect.h.
 *
 * Suspends: no. Thread: any.
 * Returns: it; 0 while it has not started, and where there is none, as for functions.
 */
COIL_EXPORT uint64_t coil_cfuture_task_id(const struct coil_cfuture *future);

/**
 * One more reference.
 *
 * Suspends: no. Thread: any.
 * Returns: its argument.
 */
COIL_EXPORT struct coil_cfuture *coil_cfuture_ref(struct coil_cfuture *future);

/**
 * Gives one reference up. A result nobody took is dropped with the last one; an error nobody looked
 * at is reported on stderr, but for -ECANCELED and -COIL_ESTOPPED.
 *
 * Suspends: no. Thread: any. NULL is fine.
 */
COIL_EXPORT void coil_cfuture_unref(struct coil_cfuture *future);

/**
 * Makes every thread that waits in coil_cfuture_wait and its like return -EINTR, once. For Ctrl-C.
 *
 * Suspends: no. Thread: any, and signal handlers.
 */
COIL_EXPORT void coil_interrupt(void);

COIL_END_DECLS

#endif
