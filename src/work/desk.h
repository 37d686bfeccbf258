/*
 * The desk of a loop in a pool: where its jobs lie from when they are submitted until they are
 * done.
 *
 *   inbox   laid down by any thread, not looked at yet; newest first. Whoever finds it empty asks
 *           the loop over its port to come and look
 *   begun   by the loop's thread, and not done; behind the lock
 *
 * A loop that is held up by a job that does not return is given up from outside (coil__desk_leave):
 * then its jobs are settled as they lie there. That is all the lock is for; nobody else takes it
 * but the loop's thread.
 *
 * What submitters write and what the loop writes lie two cache lines apart, which are fetched in
 * pairs.
 */
#ifndef COIL_WORK_DESK_H
#define COIL_WORK_DESK_H

#include "base/list.h"
#include "loop/port.h"

enum { DESK_EMPTY = 0, DESK_CLOSED = 1, DESK_APART = 128 };

struct desk {
    char before[DESK_APART];

    /* Written by those who submit. */
    struct word inbox;
    struct word refs;
    struct word laid;         /* jobs that were ever laid here and not withdrawn, */
    struct loop_port *port;   /* counted */
    const void *pool;         /* to be compared only */
    struct word ending;       /* 1: its jobs should end, as soon as they ask */
    struct desk *next;        /* in a ring: who takes jobs when this one's loop has died */
    struct coil_handle visit; /* posted by who finds the inbox empty */

    char between[DESK_APART];

    /* Written by the loop's thread. */
    struct word lock;
    struct coil_link begun;
    size_t done;      /* and how many of them are done */
    size_t destroyed; /* of these, by force */

    char after[DESK_APART];
};

/* The pool that this thread is of. */
extern __thread const void *coil__desk_pool_here;

struct desk *coil__desk_new(struct loop_port *port, const void *pool);
struct desk *coil__desk_ref(struct desk *desk);
void coil__desk_unref(struct desk *desk);

/*
 * Lays a job's handle there: it will be run on the loop, in the handle's context, or
 * coil__job_refuse_laid called with it. Returns 0, or why it is not taken. Any thread.
 */
int coil__desk_lay(struct desk *desk, struct coil_handle *handle);

/* One that lies there is done, before its loop came to it: it is not to be ended. Any thread. */
void coil__desk_withdraw(struct desk *desk);

/* How many jobs lie there. Any thread; old already. */
size_t coil__desk_load(const struct desk *desk);

/* The loop's thread: a job begins. */
void coil__desk_begin(struct desk *desk, struct coil_link *job);

enum desk_end { DESK_REFUSED, DESK_ENDED, DESK_DESTROYED };

/* A job ends; one that is refused never began. False: it was left, and is settled. */
bool coil__desk_end(struct desk *desk, struct coil_link *job, enum desk_end how);

/* Gives the loop up: nothing is taken any more. What was laid and not begun goes behind `out`, as
 * handles; the caller's to refuse. Any thread. */
void coil__desk_leave(struct desk *desk, struct coil_link *out);

/* One of those that began, which has ended as far as the desk knows; `hold` is called with it
 * before its loop can do anything to it. NULL: there is none left. Any thread. */
struct coil_link *coil__desk_leave_begun(struct desk *desk, void (*hold)(struct coil_link *job));

#endif
