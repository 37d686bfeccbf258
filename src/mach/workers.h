/*
 * Worker threads, one pool for the process: where functions run that may block.
 *
 * Threads are made when work waits and none is idle, up to min(32, processors + 4); an idle one
 * ends after some seconds. They are detached and block all signals; the end of the process does not
 * wait for them. A forked child starts with an empty pool: what its parent had queued stays the
 * parent's.
 */
#ifndef COIL_MACH_WORKERS_H
#define COIL_MACH_WORKERS_H

/* The submitter's memory, lent until run is called; the pool does not touch it after that. */
struct mach_work {
    struct mach_work *next;
    void (*run)(struct mach_work *work);
};

/* From any thread. 0: run(work) will be called, once. -EAGAIN: there is no thread and none could be
 * made. */
int coil__mach_workers_submit(struct mach_work *work);

#endif
