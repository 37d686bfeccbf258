/*
 * Process pools: coroutines in worker processes, each with a loop of its own
 * (concurrent.futures.ProcessPoolExecutor, and better: a worker that is killed, crashes or hangs
 * costs only its own jobs, and is replaced).
 *
 * Jobs are a function and bytes, results are bytes: coil_executor_submit_bytes, _symbol, _batch and
 * coil_executor_map. Workers are forked from a small process (the zygote) that is itself forked, or
 * started, when the pool is opened; they have none of this process's descriptors but the standard
 * ones, /dev/null as input, and what they write to stderr goes to ours. None of them outlives this
 * process, however it ends. They ignore SIGINT: a Ctrl-C is this process's to answer. Their globals
 * are copies from when the pool was opened.
 *
 *     struct coil_executor *pool = coil_process_pool_open(NULL);   before threads exist
 *     struct coil_cfuture *job = coil_executor_submit_bytes(pool, parse, text, strlen(text));
 *     struct coil_result r = coil_cfuture_result(job, COIL_SECONDS(5));
 *     const struct coil_bytes *tree = r.value;
 *
 *     if (r.status < 0)      "worker 0 (pid 77) was killed by signal 11 (Segmentation fault) ..."
 *         puts(coil_exception_text(coil_cfuture_exception(job)));
 */
#ifndef COIL_PROCESS_POOL_H
#define COIL_PROCESS_POOL_H

#include <coil/executor.h>

COIL_BEGIN_DECLS

/* All zero is the default. */
struct coil_process_pool_options {
    const char *name;         /* of the pool and its processes; default "coil-work" */
    unsigned workers;         /* processes, made as they are needed; 0: as many as processors */
    unsigned at_once;         /* jobs at a time in each, as tasks of its loop; 0: 1 */
    unsigned jobs_each;       /* a worker is replaced after so many jobs (max_tasks_per_child); 0:
                                 never */
    size_t shared_bytes;      /* what is larger travels in shared memory; 0: 32 KiB, at most 64 */
    void (*begin)(void *arg); /* called first in each worker (initializer); forks only */
    void *arg;
    const char *const *program; /* argv of a program that calls coil_process_worker, started
                                   instead of a fork; NULL-terminated; NULL: a fork. This one
                                   again: {"/proc/self/exe", NULL} */
};

/**
 * Opens one. A fork of this program cannot be made once there are other threads, be they coil's or
 * anybody's: open the pool first of all, or name a program. One that does not call
 * coil_process_worker is noticed later: the jobs fail, and tell so.
 *
 * Suspends: no, it blocks for the time of a fork. Thread: any. Owns: the caller closes it
 * (coil_executor_close).
 * Returns: the executor; NULL, with errno set (coil_strerror(-errno) knows all of them, perror does
 * not): COIL_ETHREADS (other threads exist), ENOMEM, EAGAIN,
 * EMFILE, ENOENT (no such program), ENOSYS (no pidfd_open: Linux before 5.3, old valgrinds) ...
 */
COIL_EXPORT struct coil_executor *
coil_process_pool_open(const struct coil_process_pool_options *options);

/**
 * What the main function of a worker program calls first. If the program was started by a pool it
 * serves that pool and does not return; else it returns at once. Jobs find the program's functions
 * by their names: those that are not static, of a program linked with -rdynamic or of a library.
 *
 *     int main(void)
 *     {
 *         coil_process_worker();
 *         ...
 *     }
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_process_worker(void);

/**
 * Kills the worker that runs this job with SIGKILL: the job fails with -ECANCELED, other jobs in
 * the same worker with -COIL_EDIED. One that has not begun is cancelled.
 *
 * Suspends: no. Thread: any.
 * Returns: 0; -EALREADY if it is done; -EINVAL if it is no job of a process pool.
 */
COIL_EXPORT int coil_process_pool_kill(struct coil_cfuture *job);

/**
 * The processes of the workers that live now. Writes at most `capacity`.
 *
 * Suspends: no. Thread: any.
 * Returns: how many there are.
 */
COIL_EXPORT size_t coil_process_pool_pids(struct coil_executor *pool, int *pids, size_t capacity);

COIL_END_DECLS

#endif
