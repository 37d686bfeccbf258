/*
 * A child from the inside.
 *
 *   running   an operation of its own waits for its end in the background, so that it is reaped
 *             whoever waits or does not; its number is nobody else's until then
 *   ended     `over` is set; only memory, and what its pipes still hold, is left
 *
 * References are the users', and those of tasks that wait in a function of it. A child that runs
 * without any is killed, and keeps itself until it has ended.
 */
#ifndef COIL_IO_PROCESS_H
#define COIL_IO_PROCESS_H

#include <coil/locks.h>
#include <coil/process.h>

#include "io/op_wait.h"

struct coil_process {
    struct coil_loop *loop; /* its memory stays as long as we hold it */
    struct loop_guest guest;
    unsigned refs;
    int pid;
    int pidfd; /* -1: it has ended */
    bool leads_group;
    bool killed;
    bool lost; /* it has ended, and nobody knows how */
    int returncode;
    struct coil_event over;
    struct coil_stream *streams[3]; /* NULL: not seen from here */
    struct op op;                   /* the background's */
    siginfo_t info;
    struct coil_call again;
};

/* A child that was not started yet, with one reference; NULL: no memory. */
struct coil_process *coil__process_new(struct coil_loop *loop);

/* It runs, under these numbers. pidfd -ESRCH: it has ended already, and nobody knows how. */
void coil__process_begin(struct coil_process *process, int pid, int pidfd);

/* It could not be started. */
void coil__process_drop(struct coil_process *process);

static inline bool process_ended(const struct coil_process *process)
{
    return process->returncode != COIL_RUNNING;
}

#endif
