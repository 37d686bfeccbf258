/* A worker: a process with a loop that runs the jobs of its pool as tasks. */
#ifndef COIL_WORK_PROCESS_WORKER_H
#define COIL_WORK_PROCESS_WORKER_H

#include "work/process_zygote.h"

/* What the pool gave to this one. */
struct worker_seat {
    unsigned index;
    int socket; /* jobs come, results go */
    int words;  /* a pipe: what is written to stderr */
    int flags; /* a memory file, a word for each slot: CF_CANCEL is set when its job is cancelled */
};

/* In a process of its own, just forked, with no other descriptors. */
_Noreturn void coil__worker_run(const struct process_setup *setup, const struct worker_seat *seat);

#endif
