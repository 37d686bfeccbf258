/*
 * Executors: who runs functions beside the loop, or on many loops (concurrent.futures.Executor).
 * One interface and one kind of future, whatever does the work:
 *
 *     coil_thread_pool_open    functions that block or compute, on threads
 *     coil_loop_pool_open      coroutines, on a loop in each of several threads
 *     coil_process_pool_open   coroutines, on a loop in each of several processes
 *
 *     struct coil_executor *pool = coil_thread_pool_open(NULL);
 *     struct coil_cfuture *job = coil_executor_submit(pool, resize, picture);
 *
 *     r = coil_cfuture_result(job, COIL_SECONDS(5));         from a thread, or
 *     r = coil_await(coil_run_in_executor(pool, resize, picture));  in a task
 *
 * A job is a function, struct coil_result fn(void *arg). On loops and in processes it is a
 * coroutine, which may await; on a thread pool it must not. It runs in a copy of the submitter's
 * context, unless options say otherwise (not in processes).
 *
 * Cancelled before it began, a job never runs; its future is done with -ECANCELED at once. One that
 * runs is told: a coroutine's await returns -ECANCELED, and coil_job_cancelled() is true in any
 * job. Its future is done when the function has returned, with what it returned.
 *
 * A job may wait for another job of its own pool: a thread that waits in coil_cfuture_wait does not
 * count as one of the pool's, another one takes its place. Where no thread can be made for it the
 * wait is refused with -EDEADLK; it never hangs. On loops it awaits, coil_wrap_future.
 *
 * In the child of a fork an executor of the parent refuses all work with -COIL_EFORKED; there it
 * can only be closed. The process's own one goes on, with threads of its own.
 */
#ifndef COIL_EXECUTOR_H
#define COIL_EXECUTOR_H

#include <coil/bytes.h>
#include <coil/cfuture.h>
#include <coil/thread.h>

COIL_BEGIN_DECLS

struct coil_executor;
struct coil_context;

/* All zero is the default. */
struct coil_job_options {
    const char *name;             /* copied; for reports; default: the function's */
    struct coil_context *context; /* run in this one, not in a copy of the submitter's */
    coil_drop_fn *drop_arg;       /* frees the argument once the job has ended, run or not */
    coil_drop_fn *drop_result;    /* frees the result's value if nobody takes it */
    uint64_t key;       /* loop pools: jobs with the same key, not 0, go to the same loop */
    size_t stack_bytes; /* of the coroutine */
    int64_t timeout_ns; /* process pools: the worker is killed when the job has run so long, and the
                           job fails with -ETIMEDOUT; 0: never */
};

/**
 * Submits a function and its argument (Executor.submit). Call it as
 * coil_executor_submit(executor, fn, arg), or ..._with(executor, fn, arg, &options). Not for
 * process pools, where a pointer means nothing: the future fails with -EINVAL there, take
 * coil_executor_submit_bytes.
 *
 * Suspends: no. Thread: any.
 * Owns: the caller has one reference. Giving it up does not cancel.
 * Returns: the concurrent future, never NULL; done already with -COIL_ESTOPPED after shutdown and
 * for an executor that is NULL, -ENOMEM, -EAGAIN (no thread could be made), -COIL_EFORKED.
 */
COIL_EXPORT struct coil_cfuture *coil_executor_submit_at(struct coil_executor *executor,
                                                         coil_coroutine_fn *fn, void *arg,
                                                         const struct coil_job_options *options,
                                                         const char *place);
#define coil_executor_submit(executor, fn, ...) \
    coil_executor_submit_at(executor, fn, __VA_ARGS__, NULL, COIL_PLACE(#fn))
#define coil_executor_submit_with(executor, fn, ...) \
    coil_executor_submit_at(executor, fn, __VA_ARGS__, COIL_PLACE(#fn))

/* A function that other programs can find: by its address in a fork of this one, else by name. */
struct coil_function {
    coil_coroutine_fn *fn; /* NULL: only the name is known */
    const char *symbol;
};

static inline struct coil_function coil_function_of(coil_coroutine_fn *fn, const char *symbol)
{
    struct coil_function function = {fn, symbol};

    return function;
}

/**
 * Submits a function and a copy of some bytes, to any executor: fn gets a pointer to the copy, good
 * until it returns and aligned for any type (coil_job_arg_bytes(arg) tells their number). Its value
 * is NULL or a struct coil_bytes * (coil_bytes_result); a number travels as the status. Call it as
 * coil_executor_submit_bytes(executor, fn, data, size), or ..._with(..., &options), whose drop
 * functions are not used.
 *
 * Suspends: no. Thread: any.
 * Owns: the caller has one reference, and the data.
 * Returns: as coil_executor_submit. In a process pool the future fails with -COIL_EDIED if the
 * worker died of it (the exception tells how, with its last words), -ENOEXEC if what it returned
 * were no bytes.
 */
COIL_EXPORT struct coil_cfuture *
coil_executor_submit_bytes_at(struct coil_executor *executor, struct coil_function function,
                              const void *data, size_t size, const struct coil_job_options *options,
                              const char *place);
#define coil_executor_submit_bytes(executor, fn, data, size)                             \
    coil_executor_submit_bytes_at(executor, coil_function_of(fn, #fn), data, size, NULL, \
                                  COIL_PLACE(#fn))
#define coil_executor_submit_bytes_with(executor, fn, data, size, options)                  \
    coil_executor_submit_bytes_at(executor, coil_function_of(fn, #fn), data, size, options, \
                                  COIL_PLACE(#fn))

/**
 * The same for a function that only the worker's program has, by the name of its symbol: an
 * exported one of a library, or of a program that is linked with -rdynamic.
 * Call it as coil_executor_submit_symbol(executor, "name", data, size).
 *
 * Suspends: no. Thread: any.
 * Owns: the caller has one reference, and the data.
 * Returns: as coil_executor_submit_bytes; the future fails with -ENOSYS if there is no such symbol.
 */
#define coil_executor_submit_symbol(executor, symbol, data, size)                             \
    coil_executor_submit_bytes_at(executor, coil_function_of(NULL, symbol), data, size, NULL, \
                                  COIL_PLACE(symbol))

/* Results in the order of the items. */
struct coil_results {
    size_t n;
    struct coil_result *of;
};

/**
 * Submits one function for n items as one job, which is placed as a whole: on a loop all run at
 * once, as tasks, on a thread one after the other.
 * The items are copied, item_bytes each; fn gets a pointer to its own as in
 * coil_executor_submit_bytes. The job's value is a struct coil_results * for coil_results_free,
 * also if items failed: look at each status. Call it as coil_executor_submit_batch(executor, fn,
 * items, n), where items is an array, or ..._with(..., &options). drop_result frees an item's value
 * nobody took (in processes coil_bytes_free does).
 *
 * Suspends: no. Thread: any.
 * Owns: the caller has one reference, and the items.
 * Returns: as coil_executor_submit_bytes.
 */
COIL_EXPORT struct coil_cfuture *
coil_executor_submit_batch_at(struct coil_executor *executor, struct coil_function function,
                              const void *items, size_t n, size_t item_bytes,
                              const struct coil_job_options *options, const char *place);
#define coil_executor_submit_batch(executor, fn, items, n)                                         \
    coil_executor_submit_batch_at(executor, coil_function_of(fn, #fn), items, n, sizeof(*(items)), \
                                  NULL, COIL_PLACE(#fn))
#define coil_executor_submit_batch_with(executor, fn, items, n, options)                           \
    coil_executor_submit_batch_at(executor, coil_function_of(fn, #fn), items, n, sizeof(*(items)), \
                                  options, COIL_PLACE(#fn))

/**
 * Frees the values that are left in `of` (set those you keep to NULL) and the array; a
 * coil_drop_fn. NULL is fine.
 *
 * Suspends: no. Thread: any.
 */
COIL_EXPORT void coil_results_free(void *results);

/**
 * What is known of the error of one item beyond its code.
 *
 * Suspends: no. Thread: any.
 * Returns: borrowed from the results; NULL if it did not fail, or nothing is known.
 */
COIL_EXPORT const struct coil_exception *coil_results_exception(const struct coil_results *results,
                                                                size_t index);

/**
 * A future of the running loop for a job elsewhere (asyncio: loop.run_in_executor). `executor` NULL
 * is the loop's default one. Cancelled it is done at once; what the job brings later is dropped. A
 * simulated loop does here and now what is for the process's own executor, since a thread would not
 * be the same in every run; while one of another executor is out, its clock runs ahead. The end of
 * coil_run waits for functions that the default executor still has on threads. Call it as
 * coil_run_in_executor(executor, fn, arg), or ..._with(..., &options).
 *
 * Suspends: no. Owns: the caller has one reference.
 * Returns: the future, never NULL; it fails as coil_executor_submit's does, and with -COIL_ESTOPPED
 * when the loop closes before the job is done.
 */
COIL_EXPORT struct coil_future *coil_run_in_executor_at(struct coil_executor *executor,
                                                        coil_coroutine_fn *fn, void *arg,
                                                        const struct coil_job_options *options,
                                                        const char *place);
#define coil_run_in_executor(executor, fn, ...) \
    coil_run_in_executor_at(executor, fn, __VA_ARGS__, NULL, COIL_PLACE(#fn))
#define coil_run_in_executor_with(executor, fn, ...) \
    coil_run_in_executor_at(executor, fn, __VA_ARGS__, COIL_PLACE(#fn))

/**
 * What coil_run_in_executor(NULL, ...) and coil_to_thread use on this loop from now on (asyncio:
 * set_default_executor): any executor but a process pool. NULL: the process's own, again.
 *
 * Suspends: no. Owns: the caller keeps it open while the loop uses it.
 * Returns: 0; -EINVAL for a process pool.
 */
COIL_EXPORT int coil_loop_set_default_executor(struct coil_loop *loop,
                                               struct coil_executor *executor);

/**
 * The process's own: a thread pool of min(32, processors + 4) threads, made as they are needed and
 * ended when idle. It is never closed; the end of the process does not wait for it.
 *
 * Suspends: no. Thread: any.
 * Returns: it.
 */
COIL_EXPORT struct coil_executor *coil_default_executor(void);

/* All zero is the default. */
struct coil_map_options {
    size_t at_once;     /* jobs out at the same time; 0: twice as many as there are workers */
    size_t chunk;       /* items per job (Executor.map: chunksize), each a batch; 0: 1 */
    bool stop_on_error; /* the first item that fails ends it: the rest is cancelled */
    bool progress;      /* draw a bar on stderr, if that is a terminal */
    const char *title;  /* of the bar; default: the function's name */
    int64_t timeout_ns; /* of the whole; 0: none */
    struct coil_job_options job;
    /* Called for each item as it ends, where map was called; takes the value over. NULL: all is
     * in `results`. */
    void (*each)(size_t index, struct coil_result result, void *arg);
    void *arg;
};

/**
 * Calls a function for n items, a bounded number at once, and waits for all of them (Executor.map).
 * results[i] is what item i came to (NULL: not wanted; with `each` it has the status only). Call it
 * as coil_executor_map(executor, fn, items, n, results), or ..._with(..., &options). Items are
 * copied as in coil_executor_submit_batch.
 *
 * Suspends: in a task; elsewhere it blocks the thread.
 * Cancel-safe: yes; jobs that are out are cancelled and waited for, the others never start; their
 * items' results are -ECANCELED. So it is after a timeout, an interrupt and an error that stops it:
 * it returns when the functions that run have, which had better ask coil_job_cancelled().
 * Owns: the caller frees the values in results, by job.drop_result's function (processes:
 * coil_bytes_free).
 * Returns: how many items failed; -ECANCELED; -ETIMEDOUT; -EINTR after coil_interrupt; with
 * stop_on_error the first error; -EDEADLK as coil_cfuture_wait_many: then what is out is cancelled
 * and, where its end would have to wait for this job's, left behind; what coil_executor_submit
 * fails with.
 */
COIL_EXPORT coil_async int64_t coil_executor_map_at(struct coil_executor *executor,
                                                    struct coil_function function,
                                                    const void *items, size_t n, size_t item_bytes,
                                                    struct coil_result *results,
                                                    const struct coil_map_options *options,
                                                    const char *place);
#define coil_executor_map(executor, fn, items, n, results)                                         \
    coil_executor_map_at(executor, coil_function_of(fn, #fn), items, n, sizeof(*(items)), results, \
                         NULL, COIL_PLACE(#fn))
#define coil_executor_map_with(executor, fn, items, n, results, options)                           \
    coil_executor_map_at(executor, coil_function_of(fn, #fn), items, n, sizeof(*(items)), results, \
                         options, COIL_PLACE(#fn))

/**
 * Whether the running job should give up: its cancellation was asked, or its executor is shut down
 * and done waiting. Cheap enough for inner loops. In a task that is no job: whether its
 * cancellation was asked; elsewhere false. One of several jobs that a process has at once hears of
 * it when it has awaited.
 *
 * Suspends: no. Thread: any; about the job that runs in this thread or task.
 * Returns: true from then on.
 */
COIL_EXPORT bool coil_job_cancelled(void);

/**
 * How many bytes a job was given by coil_executor_submit_bytes, or in a batch as its item.
 *
 * Suspends: no. Thread: any. `arg` is what its function was called with.
 * Returns: the number.
 */
COIL_EXPORT size_t coil_job_arg_bytes(const void *arg);

/**
 * How many threads, loops or processes it may have.
 *
 * Suspends: no. Thread: any.
 * Returns: the number.
 */
COIL_EXPORT unsigned coil_executor_workers(const struct coil_executor *executor);

/**
 * How many jobs are submitted and not done, started or not; one that has just told its result may
 * be among them for a moment.
 *
 * Suspends: no. Thread: any.
 * Returns: the number, already old.
 */
COIL_EXPORT size_t coil_executor_jobs(const struct coil_executor *executor);

/**
 * Shuts down in phases: refuses new work; lets the jobs end by themselves for drain_ns
 * (COIL_FOREVER: shutdown(wait=True)); cancels them, those that have not begun never do; waits for
 * the grace; tells `survivor` about each that still runs, on this thread, or if a task waits, on
 * one that shuts down for it (without one: on stderr); settles its future with -COIL_ESTOPPED and
 * leaves it behind: a thread goes on until its function returns, what that brings is dropped; tasks
 * are destroyed, processes killed. Again: waits for the first shutdown.
 *
 * Suspends: in a task; elsewhere it blocks the thread.
 * Cancel-safe: yes; the shutdown goes on.
 * Thread: any but the executor's own, where it only begins and returns -EDEADLK.
 * Returns: how many jobs were left behind, 0 for NULL; -EDEADLK; -ECANCELED; -EAGAIN, -ENOMEM in a
 * task: no thread could be made for it, ask again. Aborts for the default executor.
 */
COIL_EXPORT coil_async int64_t coil_executor_shutdown(struct coil_executor *executor,
                                                      const struct coil_stop_options *options);

/**
 * Shuts down as by default (cancels, 5 s of grace) unless that is done, and frees. Concurrent
 * futures outlive it. NULL is fine.
 *
 * Suspends: in a task; elsewhere it blocks the thread.
 * Cancel-safe: no: it goes on to the end, and -ECANCELED is for the next await.
 * Thread: any but the executor's own, where it aborts.
 */
COIL_EXPORT coil_async void coil_executor_close(struct coil_executor *executor);

COIL_END_DECLS

#endif
