/*
 * Waiting for several: a gate that concurrent futures come to when they are done, from any thread,
 * and that one waits at, a thread or a task.
 *
 * All that races is one atomic word. It holds the list of what has arrived (newest first), or one
 * of three other things: empty; closed; or, empty with somebody asleep, the *bell* he sleeps on.
 * Whoever finds a bell there owns it from then on and rings it. It is a concurrent future itself:
 * so a thread waits at a gate as it waits for any future, and a task as it awaits any.
 *
 * The gate is embedded in what its user needs more, which is counted: by the user until he closes
 * it and by each item that is under way. Late ones find the gate closed and go.
 */
#ifndef COIL_WORK_GATE_H
#define COIL_WORK_GATE_H

#include "base/list.h"
#include "work/cfuture.h"

struct gate {
    struct word arrived;
    struct word refs;
    struct coil_link watched;        /* the items that were not taken; the user's */
    int64_t spin_ns;                 /* the longest of the futures' */
    void (*free)(struct gate *gate); /* the last reference is gone */
    struct coil_handle left; /* among the callbacks of the task that it belongs to, if any */
    void (*leave)(struct gate *gate);
};

/* A future that is watched; its place is in the memory that `free` frees, or that outlives it. */
struct gate_item {
    struct coil_cfuture_callback callback; /* arrived, `next` is the one that came after it */
    struct gate *gate;
    struct coil_link watched;    /* in the gate's list */
    struct coil_cfuture *future; /* its owner counts it */
};

void coil__gate_init(struct gate *gate, void (*free)(struct gate *gate));

/* The gate is for the task that runs, if one does, and is closed by it. If the task is destroyed by
 * its loop instead, leave(gate) is called and has to close it. */
void coil__gate_belong(struct gate *gate, void (*leave)(struct gate *gate));

/* Gives n references up. */
void coil__gate_unref(struct gate *gate, size_t n);

/* Gives the user's reference up: no more is taken, and what arrived is forgotten. Not while
 * somebody waits. */
void coil__gate_close(struct gate *gate);

/* The item comes to the gate when the future is done: now, if it is. */
void coil__gate_watch(struct gate *gate, struct gate_item *item, struct coil_cfuture *future);

/* All that have arrived, in that order, linked by callback.next; NULL: none. One at a time. */
struct gate_item *coil__gate_take(struct gate *gate);

static inline struct gate_item *gate_next(const struct gate_item *item)
{
    return (struct gate_item *)item->callback.next; /* it stands first */
}

/* Whether waiting here suspends a task; else it blocks the thread. */
bool coil__gate_suspends(void);

/* When so much time will have passed, on the clock that waiting here goes by. */
int64_t coil__gate_deadline(int64_t timeout_ns);

/*
 * Until something arrives, if nothing has. For a thread `seen` is how many interrupts there had
 * been when all of its waiting began. 0; -ETIMEDOUT; -EINTR; -ECANCELED; -ENOMEM; -EDEADLK: nothing
 * can come, or no thread takes this one's place; -COIL_ESTOPPED if the loop ends.
 */
coil_async int coil__gate_wait(struct gate *gate, int64_t deadline_ns, uint32_t seen);

#endif
