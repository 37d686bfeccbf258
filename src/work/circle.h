/*
 * Jobs on threads that wait for each other in a circle, however long. Whoever would close it is
 * refused: each wait of a job is an edge, noted under one lock that is taken only when a job is
 * about to put its thread to sleep, so that the last edge of a circle sees all the others. Waits
 * that end by themselves are none.
 *
 * A wait for several, any of which ends it, is a wait for a bell (gate.h), which has edges to all
 * of them. It is refused only when none of them can come: a job that waits for nothing always may.
 */
#ifndef COIL_WORK_CIRCLE_H
#define COIL_WORK_CIRCLE_H

#include "base/list.h"
#include "work/cfuture.h"

/* The sleeper's, while it sleeps. */
struct circle_edge {
    const struct word *waiter; /* its state, which is the future's that others wait for; NULL:
                                  none */
    const struct coil_cfuture *future; /* what it waits for, or */
    const struct coil_link *items;     /* any of these, struct gate_item */
    struct coil_link link;

    unsigned round; /* of the search that found it last */
    struct circle_edge *next_found;
};

/* This thread is about to wait. 0, or -EDEADLK raised: it would for ever. Then leave. */
int coil__circle_enter(struct circle_edge *edge, const struct coil_cfuture *future,
                       int64_t timeout_ns);
void coil__circle_leave(struct circle_edge *edge);

/* It is about to wait for a bell, which any of the items rings; the list does not change until
 * leave. */
void coil__circle_hang_bell(struct circle_edge *edge, const struct coil_cfuture *bell,
                            const struct coil_link *items, int64_t timeout_ns);

/* Whether all of the items wait for the job of this thread. */
bool coil__circle_is_closed(const struct coil_link *items);

#endif
