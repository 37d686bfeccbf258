/*
 * Worker threads, a few pools for the process: where functions run that may block. A pool that is
 * full delays nobody in another.
 *
 * Threads are made when work waits and none is idle, up to the pool's limit; an idle one ends after
 * some seconds. They are detached and block all signals; the end of the process does not wait for
 * them. A forked child starts with empty pools: what its parent had queued stays the parent's.
 */
#ifndef COIL_MACH_WORKERS_H
#define COIL_MACH_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

enum mach_pool {
    MACH_POOL_DEFAULT, /* whatever users give us: min(32, processors + 4) threads */
    MACH_POOL_FILES,   /* the same number */
    MACH_POOL_NAMES,   /* 8 */
    MACH_POOLS
};

/* The submitter's memory, lent until run is called or it is withdrawn; the pool does not touch it
 * after that. */
struct mach_work {
    struct mach_work *next;
    struct mach_work **at; /* the pointer to this one while it waits; NULL after */
    void (*run)(struct mach_work *work);
    uint8_t pool; /* enum mach_pool */
};

/* From any thread. 0: run(work) will be called, once. -EAGAIN: there is no thread and none could be
 * made. */
int coil__mach_workers_submit(struct mach_work *work);

/* Takes back what was submitted: false if it has begun, or has ended even. */
bool coil__mach_workers_withdraw(struct mach_work *work);

#endif
