/*
 * Worker threads in pools: where functions run that may block. A pool that is full delays nobody in
 * another.
 *
 * Threads are made when work waits and nobody is free to look at it, up to the pool's limit; who
 * was idle last is woken first, so that those who are too many end after a while. They are detached
 * and block all signals; the end of the process does not wait for them. A worker that waits for
 * something says so and does not count for that time: another one takes its place.
 *
 * A few pools are the process's own. In a forked child these start empty: what the parent had
 * queued stays the parent's. Any other pool is dead there.
 */
#ifndef COIL_MACH_WORKERS_H
#define COIL_MACH_WORKERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/list.h"

/* The process's own. */
enum mach_pool_id {
    MACH_POOL_DEFAULT, /* whatever users give us: min(32, processors + 4) threads */
    MACH_POOL_FILES,   /* the same number */
    MACH_POOL_NAMES,   /* 8 */
    MACH_POOL_ENDINGS, /* who shuts something down and may take long: as many as there are */
    MACH_POOLS
};

/* The submitter's memory, lent until it was run, or withdrawn. */
struct mach_work {
    struct mach_work *next;
    struct mach_work **at; /* the pointer to this one while it waits; NULL after */
    uintptr_t hint;        /* where one lies that was submitted before it; perhaps long gone */
    void (*run)(struct mach_work *work);
    /* Called when the pool has let go of it, some time after run; NULL: it does when it calls
     * run. */
    void (*release)(struct mach_work *work);
    /* Its thread ended within run; release comes after. NULL: nobody cares. */
    void (*died)(struct mach_work *work);
    uint8_t pool; /* enum mach_pool_id, for the process's own */
    bool begun;   /* run has been called; others look at it (COUNTER_READ) */
};

struct worker;

struct mach_pool {
    /* The owner's, before init; all zero is the default. */
    char name[16];            /* of the threads */
    unsigned limit;           /* of threads that do not wait; 0: min(32, processors + 4) */
    size_t stack_bytes;       /* of a thread; 0: the system's default */
    int64_t idle_ns;          /* how long one without work stays; 0: 5 s */
    void (*begin)(void *arg); /* called first in each thread; may be NULL */
    void *arg;
    void (*gone)(struct mach_pool *pool); /* closed, and its last thread has left it for good */

    /* The rest is the pool's. What every submit touches, in a cache line of its own: */
    char apart[64];
    struct word inbox;     /* works, newest first; or POOL_EMPTY, POOL_CLOSED */
    struct word attending; /* threads that look for work now, or have promised to be soon back */
    struct word spare;     /* 1: fewer than the limit are busy */
    char apart_too[64];

    pthread_mutex_t lock;    /* of all below */
    bool made;               /* the lock is, for ever */
    struct mach_work *first; /* those that came out of the inbox, in order */
    struct mach_work **last;
    size_t queued; /* on that list */
    struct coil_link workers;
    struct coil_link idle; /* those that sleep, the last one first */
    unsigned threads, waiting, idlers;
    unsigned running;     /* threads that have works, of which one runs */
    uint64_t taken;       /* works, so far */
    bool brisk;           /* they are short: see workers.c */
    struct worker *guard; /* an idle one that sees to it that promises are kept */
    int64_t looked_ns;    /* when somebody last looked for promises that are not kept */
    bool closed, watched;
    uint32_t changes; /* counts works that ended and threads that left, while watched; a futex */
};

/* In zeroed memory, or where there was one before that is gone. */
void coil__mach_pool_init(struct mach_pool *pool);

/* min(32, processors + 4): as concurrent.futures. */
unsigned coil__mach_pool_default_limit(void);

/* From any thread. 0: run(work) will be called, once. -EAGAIN, -ENOMEM: there is no thread and none
 * could be made; -ESHUTDOWN: refused for good. */
int coil__mach_pool_submit(struct mach_pool *pool, struct mach_work *work);

/* Takes back what was submitted: false if it has begun, or has ended even. */
bool coil__mach_pool_withdraw(struct mach_pool *pool, struct mach_work *work);

/* Refuses from now on; hands back all that has not begun, linked by `next`, in order. */
struct mach_work *coil__mach_pool_refuse(struct mach_pool *pool);

/* Waits until nothing is queued and nothing runs; false: the deadline came first. */
bool coil__mach_pool_wait_quiet(struct mach_pool *pool, int64_t deadline_ns);

/* Calls fn for each work that runs, with the time it began, under the lock: the work is not
 * released meanwhile. */
void coil__mach_pool_each_running(struct mach_pool *pool,
                                  void (*fn)(struct mach_work *work, int64_t since_ns, void *arg),
                                  void *arg);

/* Works that have not ended. */
size_t coil__mach_pool_works(struct mach_pool *pool);

/* After refuse: idle threads end, and the others as soon as they can. Waits for all but those that
 * run a work. `gone` is called here or by the last one of them. */
void coil__mach_pool_close(struct mach_pool *pool);

/* Whether this thread is one of the pool's. */
bool coil__mach_pool_is_here(const struct mach_pool *pool);

/*
 * Around whatever a work waits for: its thread does not count for the pool's limit meanwhile. 0;
 * -EDEADLK: there is work that nobody would do then, and no thread for it can be made. In other
 * threads nothing happens.
 */
int coil__mach_worker_waits(void);
void coil__mach_worker_goes_on(void);

/* The pools of the process: submit and withdraw for work->pool. */
struct mach_pool *coil__mach_pool(enum mach_pool_id id);
int coil__mach_workers_submit(struct mach_work *work);
bool coil__mach_workers_withdraw(struct mach_work *work);

#endif
