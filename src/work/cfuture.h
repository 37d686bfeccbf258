/*
 * Concurrent futures from the inside: what a job, wherever it runs, and the threads that wait for
 * it share. All of it is in one word:
 *
 *   RUNNING    the job has been started, unless its kind tells
 *   CANCEL     cancellation was asked, at any time
 *   POSTED     the request to cancel is on its way (the kind's own)
 *   WAITERS    a thread sleeps on the word
 *   WATCHED    somebody wants to be told: there may be callbacks, or a descriptor
 *   DONE       the result is there, for ever; set last, by one, the only transition that wakes
 */
#ifndef COIL_WORK_CFUTURE_H
#define COIL_WORK_CFUTURE_H

#include <coil/cfuture.h>

#include "base/atomic.h"
#include "loop/exception.h"

enum cfuture_bits {
    CF_RUNNING = 1,
    CF_CANCEL = 2,
    CF_POSTED = 4,
    CF_WAITERS = 8,
    CF_DONE = 16,
    CF_WATCHED = 32
};

struct coil_cfuture;

/* What stands behind a future: a loop, a pool of threads, a process ... Any thread calls these. */
struct cfuture_kind {
    /* Cancellation is asked: each time it is, CF_CANCEL is set. May complete it. */
    void (*cancel)(struct coil_cfuture *future);
    /* 0, or -EDEADLK: this thread would wait for itself. */
    int (*may_wait)(const struct coil_cfuture *future);
    /* Whether it has been started; NULL: CF_RUNNING says so. */
    bool (*begun)(const struct coil_cfuture *future);
    /* NULL, or sleeps while the state is the given one, and may settle it itself: as
     * coil__mach_wait_interruptible. */
    int (*sleep)(struct coil_cfuture *future, uintptr_t state, uint32_t seen, int64_t deadline_ns);
    /* The last reference is gone: frees what the kind holds, and the memory. */
    void (*free)(struct coil_cfuture *future);
};

/* Embedded first in what each kind knows more. What whoever completes it needs comes last: where it
 * is placed well, one cache line. */
struct coil_cfuture {
    struct word fd;     /* eventfd + 1, 0: none asked for */
    struct word reason; /* struct coil_exception: why it is to be cancelled; first asked, first
                           kept */
    struct word flags;  /* CF_SEEN, CF_TAKEN */
    const char *place;
    int64_t spin_ns; /* how long a waiter looks before it sleeps */
    uint32_t generation;

    const struct cfuture_kind *kind;
    struct word state;
    struct word refs;
    struct word callbacks;     /* a stack of coil_cfuture_callback; 1: none is taken any more */
    struct coil_result result; /* from DONE on */
    struct coil_exception *exception;
    coil_drop_fn *drop;
};

enum cfuture_flags { CF_SEEN = 1, CF_TAKEN = 2 };

/* Pending, in zeroed memory of the kind's. Two references: the caller's and the job's. */
void coil__cfuture_init(struct coil_cfuture *future, const struct cfuture_kind *kind,
                        const char *place);

/* The only place that sets DONE. Takes the exception over. Any thread, which has a reference. */
void coil__cfuture_settle(struct coil_cfuture *future, struct coil_result result,
                          struct coil_exception *exception, coil_drop_fn *drop);

/* The same for who has none: whoever waits may give up the last one as soon as it is done. */
void coil__cfuture_complete(struct coil_cfuture *future, struct coil_result result,
                            struct coil_exception *exception, coil_drop_fn *drop);

/* coil_cfuture_wait for those who wait again and again: an interrupt since the number of them was
 * `seen` ends it too. */
int coil__cfuture_wait_since(struct coil_cfuture *future, int64_t timeout_ns, uint32_t seen);

/* The immortal one that failed for want of memory. */
struct coil_cfuture *coil__cfuture_no_memory(void);

#endif
