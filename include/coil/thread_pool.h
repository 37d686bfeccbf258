/*
 * Thread pools: functions that block or compute (concurrent.futures.ThreadPoolExecutor). Threads
 * are made when work waits and none is idle; idle ones retire. All signals are blocked in them.
 */
#ifndef COIL_THREAD_POOL_H
#define COIL_THREAD_POOL_H

#include <coil/executor.h>

COIL_BEGIN_DECLS

/* All zero is the default. */
struct coil_thread_pool_options {
    const char *name;         /* of the pool and its threads, as far as 15 bytes go; default
                                 "coil-pool" */
    unsigned threads;         /* at most; 0: min(32, processors + 4) */
    size_t stack_bytes;       /* of a thread; 0: the system's default */
    int64_t idle_ns;          /* how long a thread without work stays; 0: 5 s */
    void (*begin)(void *arg); /* called first in each thread (initializer) */
    void *arg;
};

/**
 * Opens one.
 *
 * Suspends: no. Thread: any. Owns: the caller closes it (coil_executor_close).
 * Returns: the executor; NULL, with errno set, when memory is out.
 */
COIL_EXPORT struct coil_executor *
coil_thread_pool_open(const struct coil_thread_pool_options *options);

COIL_END_DECLS

#endif
