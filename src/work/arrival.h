/*
 * A future of a loop for a result that another thread brings: of a job on a thread
 * (run_in_executor.c), of a concurrent future (wrap.c).
 *
 * A block on the heap that both sides have. While the future is pending it is the loop's guest;
 * cancelled, or when its loop closes, it is done at once, and nobody wants what comes later.
 * Whoever has the result posts the handle, by the loop's port.
 */
#ifndef COIL_WORK_ARRIVAL_H
#define COIL_WORK_ARRIVAL_H

#include "base/atomic.h"
#include "loop/loop.h"

struct arrival;

struct arrival_kind {
    /* What was brought: settles the future with it. On the loop. */
    void (*settle)(struct arrival *arrival);
    /* Or drops it, for nobody wants it any more. Any thread. */
    void (*drop)(struct arrival *arrival);
    /* The future was cancelled: tells whoever works for it. On the loop. */
    void (*cancel)(struct arrival *arrival, struct coil_exception *reason);
    /* The last reference is gone: frees all. Any thread. */
    void (*free)(struct arrival *arrival);
};

/* Embedded first in what each kind knows more. */
struct arrival {
    struct coil_future future;
    struct coil_handle handle; /* posted */
    struct loop_guest guest;
    const struct arrival_kind *kind;
    struct loop_port *port; /* counted until the result is brought */
    struct word refs;       /* the future's, the handle's, and those of whoever works for it */
    bool over;              /* the loop's: it waits for nothing any more */
    bool lent;              /* the loop's: it is among loop->lent until something is brought */
};

/* Writes all of it. From now on the loop waits, and somebody has to bring what comes, once; he has
 * so many references more. The future is the caller's to give up. */
void coil__arrival_begin(struct arrival *arrival, const struct arrival_kind *kind,
                         struct coil_loop *loop, const char *place, size_t workers);

/* The result is there. Any thread; does not touch it afterwards. */
void coil__arrival_bring(struct arrival *arrival);

void coil__arrival_unref(struct arrival *arrival);

/* The end of coil_run waits until it is brought, cancelled or not. */
static inline void arrival_count_lent(struct arrival *arrival)
{
    arrival->lent = true;
    arrival->future.loop->lent++;
}

#endif
