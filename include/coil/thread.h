/*
 * A loop in its own thread: asynchronous work controlled from synchronous code (GLAMI's
 * AsyncioThreadLoop).
 *
 *     struct coil_thread *loop = coil_thread_open(NULL);
 *     struct coil_cfuture *job = coil_submit(loop, some_func, arg);
 *
 *     r = coil_cfuture_result(job, COIL_SECONDS(5));
 *     coil_cfuture_unref(job);
 *     coil_thread_close(loop);                     cancels what is left, joins
 */
#ifndef COIL_THREAD_H
#define COIL_THREAD_H

#include <coil/cfuture.h>

COIL_BEGIN_DECLS

struct coil_thread;
struct coil_task_options;

struct coil_thread_options {
    const char *name;              /* of the thread and its loop; default "coil" */
    struct coil_loop_options loop; /* driver and debug mode */
};

/**
 * Starts a thread and a loop in it; it runs until stopped.
 * NULL only if that is impossible: then errno tells why. Everything here takes NULL for a loop that
 * has stopped: jobs are refused with -COIL_ESTOPPED.
 *
 * Suspends: no. Thread: any. Owns: the caller closes it.
 * Returns: the thread; NULL, with errno set.
 */
COIL_EXPORT struct coil_thread *coil_thread_open(const struct coil_thread_options *options);

/**
 * Its loop, for coil_call_soon_threadsafe and coil/inspect.h.
 *
 * Suspends: no. Thread: any.
 * Returns: the loop, living until close; NULL for NULL.
 */
COIL_EXPORT struct coil_loop *coil_thread_loop(struct coil_thread *thread);

/**
 * Runs a coroutine there, as a task (submit). Call it as coil_submit(thread, fn, arg) or with
 * options.
 *
 * Suspends: no. Thread: any.
 * Owns: the caller has one reference. Giving it up does not cancel.
 * Returns: the concurrent future, never NULL; done already with -COIL_ESTOPPED after stop and for a
 * thread that is NULL, -ENOMEM, -COIL_EFORKED.
 */
COIL_EXPORT struct coil_cfuture *coil_submit_at(struct coil_thread *thread, coil_coroutine_fn *fn,
                                                void *arg, const struct coil_task_options *options,
                                                const char *place);
#define coil_submit(thread, fn, ...) coil_submit_at(thread, fn, __VA_ARGS__, NULL, COIL_PLACE(#fn))
#define coil_submit_with(thread, fn, ...) coil_submit_at(thread, fn, __VA_ARGS__, COIL_PLACE(#fn))

/**
 * Calls a plain function there, which must not await: one after the other, in order, like a task
 * queue (asyncio: call_soon_threadsafe). Its result is the future's.
 *
 * Suspends: no. Thread: any. Owns: the caller has one reference.
 * Returns: the concurrent future, never NULL; as coil_submit's.
 */
COIL_EXPORT struct coil_cfuture *coil_submit_call_at(struct coil_thread *thread,
                                                     coil_coroutine_fn *fn, void *arg,
                                                     const char *place);
#define coil_submit_call(thread, fn, ...) \
    coil_submit_call_at(thread, fn, __VA_ARGS__, COIL_PLACE(#fn))

/* How to stop. All zero: cancel at once, 5 s of grace, then force. */
struct coil_stop_options {
    int64_t drain_ns; /* let the jobs end by themselves for so long, before cancelling */
    int64_t grace_ns; /* how long cancelled jobs may take to unwind; 0: 5 s; < 0: none. A task that
                         is destroyed does not unwind: what it held is lost */
    /* Called on the loop's thread with a line about each task that did not end in time, before it
     * is destroyed; NULL: they are reported to the loop's exception handler. */
    void (*survivor)(const char *description, void *arg);
    void *arg;
};

/**
 * Stops in phases: refuses new work; drains; cancels every task; waits for the grace; reports the
 * survivors; settles their futures with -COIL_ESTOPPED and destroys them. Waits until the thread
 * has ended. Stopping again waits for the first stop.
 *
 * Suspends: no, it blocks the thread. Thread: any but the loop's own, where it only begins and
 * returns -EDEADLK.
 * Returns: how many tasks had to be destroyed, 0 for NULL; -EDEADLK.
 */
COIL_EXPORT int coil_thread_stop(struct coil_thread *thread,
                                 const struct coil_stop_options *options);

/**
 * Whether new work is refused.
 *
 * Suspends: no. Thread: any.
 * Returns: true once a stop has begun or the thread has ended, and for NULL.
 */
COIL_EXPORT bool coil_thread_stopping(const struct coil_thread *thread);

/**
 * Stops as by default unless stopped already, joins the thread, frees. Concurrent futures outlive
 * it.
 *
 * Suspends: no, it blocks the thread. Thread: any but the loop's own, where it aborts. NULL is
 * fine.
 */
COIL_EXPORT void coil_thread_close(struct coil_thread *thread);

COIL_END_DECLS

#endif
