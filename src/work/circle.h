/*
 * Jobs on threads that wait for each other in a circle, however long. Whoever would close it is
 * refused: each wait of a job is an edge, noted under one lock that is taken only when a job is
 * about to put its thread to sleep, so that the last edge of a circle sees all the others. Waits
 * that end by themselves are none.
 */
#ifndef COIL_WORK_CIRCLE_H
#define COIL_WORK_CIRCLE_H

#include "work/cfuture.h"

/* The sleeper's, while it sleeps. */
struct circle_edge {
    const struct word *job; /* its state, which is the future's that others wait for; NULL: none */
    const struct coil_cfuture *future;
    struct coil_link link;
};

/* This thread is about to wait. 0, or -EDEADLK raised: it would for ever. Then leave. */
int coil__circle_enter(struct circle_edge *edge, const struct coil_cfuture *future,
                       int64_t timeout_ns);
void coil__circle_leave(struct circle_edge *edge);

#endif
