/*
 * Tasks: coroutines in flight (asyncio.Task). A task is a future with a coroutine: await it, cancel
 * it, gather it with the functions of coil/future.h. Here is what only tasks have.
 *
 * A stackful coroutine is an ordinary function, struct coil_result fn(void *arg), which may call
 * anything that is marked coil_async, at any depth. To await another coroutine in place, call it.
 */
#ifndef COIL_TASK_H
#define COIL_TASK_H

#include <coil/future.h>

COIL_BEGIN_DECLS

/* All zero is the default. */
struct coil_task_options {
    const char *name;   /* copied; default "Task-N" */
    size_t stack_bytes; /* reserved for a stackful coroutine; default 64 KiB. Below it is a
                           guard of 16 KiB at least: code with larger frames than that
                           wants -fstack-clash-protection, else it may write beyond the
                           guard; -Wframe-larger-than=16384 finds them */
    bool eager;         /* run the first step inside create (asyncio: eager_start) */
    struct coil_context *context; /* run in this context, not in a copy of the caller's */
    coil_drop_fn *drop_arg;       /* frees the argument once the task has ended, run or not */
    coil_drop_fn *drop_result;    /* frees the result's value if nobody takes it */
    struct coil_loop *loop;       /* default: the loop running in this thread */
};

/**
 * Makes a task of a coroutine and schedules its first step behind all that is ready (asyncio:
 * create_task).
 * Call it as coil_create_task(fn, arg) or coil_create_task_with(fn, arg, &options).
 * Never NULL: what cannot be made is a future that failed already (-ENOMEM; -COIL_ESTOPPED on a
 * closing loop). Without a loop that runs in this thread it aborts, unless options name one.
 *
 * Suspends: no (eager: the new task's first step runs).
 * Owns: the caller has one reference; the loop holds another one until the task is done.
 * Returns: the task.
 */
COIL_EXPORT struct coil_future *coil_create_task_at(coil_coroutine_fn *fn, void *arg,
                                                    const struct coil_task_options *options,
                                                    const char *place);
#define coil_create_task(fn, ...) coil_create_task_at(fn, __VA_ARGS__, NULL, COIL_PLACE(#fn))
#define coil_create_task_with(fn, ...) coil_create_task_at(fn, __VA_ARGS__, COIL_PLACE(#fn))

/**
 * The same on a loop that is not running yet (asyncio: loop.create_task). Call it as
 * coil_loop_create_task(loop, fn, arg).
 *
 * Suspends: no. Owns: the caller has one reference.
 * Returns: the task.
 */
COIL_EXPORT struct coil_future *coil_loop_create_task_at(struct coil_loop *loop,
                                                         coil_coroutine_fn *fn, void *arg,
                                                         const char *place);
#define coil_loop_create_task(loop, fn, ...) \
    coil_loop_create_task_at(loop, fn, __VA_ARGS__, COIL_PLACE(#fn))

/**
 * The task that is running (asyncio: current_task).
 *
 * Suspends: no. Thread: any.
 * Returns: it, borrowed; NULL in a callback or outside a loop.
 */
COIL_EXPORT struct coil_future *coil_current_task(void);

/**
 * The tasks of the loop that are not done, oldest first (asyncio: all_tasks). Writes at most
 * `capacity` of them.
 *
 * Suspends: no. Owns: nothing; the pointers are borrowed.
 * Returns: how many there are.
 */
COIL_EXPORT size_t coil_all_tasks(struct coil_loop *loop, struct coil_future **tasks,
                                  size_t capacity);

/**
 * Whether this future is a task.
 *
 * Suspends: no. Thread: any.
 * Returns: true if it has a coroutine.
 */
COIL_EXPORT bool coil_future_is_task(const struct coil_future *future);

/**
 * The task's number: 1, 2, 3 ... in the order of creation on its loop, never used again.
 *
 * Suspends: no. Thread: any.
 * Returns: it; 0 for a plain future.
 */
COIL_EXPORT uint64_t coil_task_id(const struct coil_future *task);

/**
 * The task's name (asyncio: get_name). Writes it as snprintf would.
 *
 * Suspends: no.
 * Returns: its length; 0 for a plain future.
 */
COIL_EXPORT int coil_task_name(const struct coil_future *task, char *buffer, size_t size);

/**
 * Names the task (asyncio: set_name); the text is copied.
 *
 * Suspends: no.
 * Returns: 0 or -ENOMEM (the old name stays).
 */
COIL_EXPORT int coil_task_set_name(struct coil_future *task, const char *name);

/**
 * How often its cancellation was asked and not taken back (asyncio: cancelling).
 *
 * Suspends: no.
 * Returns: the count.
 */
COIL_EXPORT int coil_task_cancelling(const struct coil_future *task);

/**
 * Takes one request back (asyncio: uncancel). At zero a request not yet delivered is forgotten.
 *
 * Suspends: no.
 * Returns: the count that is left.
 */
COIL_EXPORT int coil_task_uncancel(struct coil_future *task);

/**
 * The context it runs in (asyncio: get_context).
 *
 * Suspends: no. Owns: the caller unrefs it.
 * Returns: a context; NULL when memory is out.
 */
COIL_EXPORT struct coil_context *coil_task_context(struct coil_future *task);

/**
 * The deepest the task's stack has been, in bytes: what stack_bytes should allow for. Found by
 * looking which pages were touched, so it is exact to a page.
 *
 * Suspends: no.
 * Returns: bytes; 0 for tasks without a stack.
 */
COIL_EXPORT size_t coil_task_stack_used(const struct coil_future *task);

/**
 * Sleeps (asyncio: sleep). A delay <= 0 is coil_yield.
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Returns: 0; -ECANCELED if the task was cancelled.
 */
COIL_EXPORT coil_async int coil_sleep(int64_t delay_ns);

/**
 * Lets everything run that is ready now (asyncio: sleep(0)).
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Returns: 0; -ECANCELED if the task was cancelled.
 */
COIL_EXPORT coil_async int coil_yield(void);

/**
 * Runs fn(arg) where it may block, in a worker thread, and waits for it (asyncio: to_thread). The
 * function sees the caller's context. If the caller is cancelled the wait ends at once; the
 * function runs on, and then `drop` frees the value it returns.
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Owns: the caller owns the value; `arg` must live until fn has returned.
 * Returns: what fn returned; -ECANCELED; -ENOMEM; -EAGAIN (no thread could be made).
 */
COIL_EXPORT coil_async struct coil_result coil_to_thread(coil_coroutine_fn *fn, void *arg,
                                                         coil_drop_fn *drop);

/**
 * Waits until a descriptor of somebody else's is ready. `events` and the result are POLLIN, POLLOUT
 * ... of poll(2).
 *
 * Suspends: yes.
 * Cancel-safe: yes; when it returns nothing watches the descriptor any more.
 * Returns: the events (> 0); -ECANCELED; -EBADF; -EPERM (a regular file under epoll).
 */
COIL_EXPORT coil_async int coil_poll(int fd, short events);

COIL_END_DECLS

#endif
