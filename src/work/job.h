/*
 * Jobs on a loop: coroutines and plain functions that other threads submit.
 */
#ifndef COIL_WORK_JOB_H
#define COIL_WORK_JOB_H

#include <coil/task.h>

#include "loop/loop.h"
#include "work/cfuture.h"

/* Submits: a cfuture that is done already if that is impossible, as with no port. `options` may be
 * NULL. */
struct coil_cfuture *coil__cfuture_submit(struct loop_port *port, coil_coroutine_fn *fn, void *arg,
                                          const struct coil_task_options *options, bool plain,
                                          const char *place);

/* Its own thread need not ask it by a submission, nor who opened one that no thread has run yet. */
bool coil__loop_is_here(const struct coil_loop *loop);

/* The running loop's thread ends: the functions that will not return are settled. */
void coil__jobs_abandon(int64_t status);

#endif
