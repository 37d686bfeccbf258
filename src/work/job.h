/*
 * Jobs on a loop: coroutines and plain functions that other threads submit.
 */
#ifndef COIL_WORK_JOB_H
#define COIL_WORK_JOB_H

#include <coil/task.h>

#include "loop/loop.h"
#include "work/cfuture.h"
#include "work/desk.h"

/* Submits: a cfuture that is done already if that is impossible, as with no port. `options` may be
 * NULL. */
struct coil_cfuture *coil__cfuture_submit(struct loop_port *port, coil_coroutine_fn *fn, void *arg,
                                          const struct coil_task_options *options, bool plain,
                                          const char *place);

/* The same for a loop of a pool: the job is laid on its desk, or the next one if its loop has
 * died, and no thread of the pool may block
 * to wait for it. */
struct coil_cfuture *coil__desk_submit(struct desk *desk, coil_coroutine_fn *fn, void *arg,
                                       const struct coil_task_options *options, const char *place);

/* What lay on a desk, as the handle it was laid as, is not taken. Any thread. */
void coil__job_refuse_laid(struct coil_handle *handle, int64_t status);

/*
 * Gives up the loop of a desk, whose thread does not come back from a job: all jobs that lie there
 * are settled, those that have not begun as cancelled, the others with -COIL_ESTOPPED; `tell` is
 * called with what each of these is called. Returns how many.
 */
size_t coil__desk_give_up(struct desk *desk, void (*tell)(const char *job, void *arg), void *arg);

/* Whether the job that a task of this thread's loop is has been asked to give up, even if its loop
 * has not come to tell the task. False for other tasks. */
bool coil__job_asked_to_end(const struct coil_future *task);

/* Its own thread need not ask it by a submission, nor who opened one that no thread has run yet. */
bool coil__loop_is_here(const struct coil_loop *loop);

/* The running loop's thread ends: the functions that will not return are settled. */
void coil__jobs_abandon(int64_t status);

#endif
