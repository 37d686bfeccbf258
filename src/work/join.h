/*
 * Waiting for a job to its end: a task suspends, elsewhere the thread is blocked. For functions
 * that are called from both, and whose work must not go on when they have returned.
 */
#ifndef COIL_WORK_JOIN_H
#define COIL_WORK_JOIN_H

#include <coil/cfuture.h>

/* Whether waiting here suspends a task. */
bool coil__joins_in_task(void);

/*
 * Waits until the job is done. Who waits may be asked to give up meanwhile (-ECANCELED, -EINTR):
 * that is passed on to the job if it obeys, and returned in the end. Returns before the end only
 * -EDEADLK, or -COIL_ESTOPPED when the loop closes that we wait on.
 */
coil_async int coil__join(struct coil_cfuture *job, bool obeys);

/* A moment, after memory was out. 0; -ECANCELED. */
coil_async int coil__join_pause(void);

#endif
