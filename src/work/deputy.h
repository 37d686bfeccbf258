/*
 * A concurrent future that stands for a future of a loop, for other threads: a job's for the task
 * that it becomes (job.c), a shared one's (share.c). Cancelling it cancels the other, on its loop:
 * the request is posted there, once at a time.
 */
#ifndef COIL_WORK_DEPUTY_H
#define COIL_WORK_DEPUTY_H

#include "loop/loop.h"
#include "work/cfuture.h"

/* Embedded first in what each kind knows more. */
struct deputy {
    struct coil_cfuture future;
    struct loop_port *port;     /* the loop's; the kind's to count */
    struct coil_future *source; /* the loop thread's; counted; NULL: not yet, or it is settled */
    struct coil_handle cancel;  /* posted; CF_POSTED: it is under way */
};

static inline struct deputy *deputy_of(const struct coil_cfuture *future)
{
    return container_of(future, struct deputy, future);
}

/* In zeroed memory; no port yet, no source. */
void coil__deputy_init(struct deputy *deputy, const struct cfuture_kind *kind, const char *place);

/* Posts the request. For who has just set CF_POSTED, which was not set. Any thread. */
void coil__deputy_post_cancel(struct deputy *deputy);

/* Whether this thread runs the loop, and would wait for itself. */
static inline bool deputy_is_here(const struct deputy *deputy)
{
    return coil__loop_running != NULL && coil__loop_running->port == deputy->port;
}

#endif
