/* A loop pool from the inside. */
#ifndef COIL_WORK_LOOP_POOL_H
#define COIL_WORK_LOOP_POOL_H

#include <coil/loop_pool.h>

#include "work/desk.h"
#include "work/executor.h"

struct pool_loop {
    struct coil_thread *thread; /* NULL: not opened */
    struct desk *desk;          /* counted */
};

/* What is to be freed when the loops have ended. */
struct pool_leftover {
    struct pool_leftover *next;
    void (*free)(struct pool_leftover *leftover);
};

struct loop_pool {
    struct coil_executor executor;
    enum coil_placement placement;
    struct word turn;      /* of round robin */
    struct word leftovers; /* a stack of them */
    struct pool_loop loops[];
};

/* Aborts with a sentence if the executor is no loop pool. */
struct loop_pool *coil__loop_pool_of(const struct coil_executor *executor, const char *caller);

#endif
