/*
 * Contexts from the inside. A context is either a map, immutable and shared by whoever copied it
 * (copying is counting), or a cell, which has a map and an identity: what is set while it is
 * entered stays in it. NULL is the empty map.
 */
#ifndef COIL_LOOP_CONTEXT_H
#define COIL_LOOP_CONTEXT_H

#include <coil/context.h>

#include <stdbool.h>

#include "base/atomic.h"

struct binding {
    struct word refs;
    const struct coil_var *var;
    void *value;
    coil_drop_fn *drop;
    struct binding *replaced; /* what a token would put back, counted; may be NULL */
};

struct coil_context {
    struct word refs;
    struct coil_context *map; /* a cell's; NULL in a map, and in an empty cell */
    bool is_cell;
    size_t count; /* bindings that hold, */
    size_t kept;  /* and behind them those that a token may ask for */
    struct binding *bindings[];
};

/* Where the current context is kept: the running loop's, else the thread's. */
struct coil_context **coil__context_slot(void);

static inline struct coil_context *context_ref(struct coil_context *context)
{
    return context == NULL ? NULL : coil_context_ref(context);
}

static inline void context_unref(struct coil_context *context)
{
    if (context != NULL)
        coil_context_unref(context);
}

/* The map of what is in the slot: what a new task or callback starts with. Counted. */
static inline struct coil_context *context_snapshot(struct coil_context *context)
{
    if (context == NULL)
        return NULL;
    return context_ref(context->is_cell ? context->map : context);
}

/* Makes a cell of the map in *slot, so that it has an identity; NULL when memory is out.
 * Counted. */
struct coil_context *coil__context_identity(struct coil_context **slot);

#endif
