/* A worker: a process with a loop that runs the jobs of its pool as tasks. */
#ifndef COIL_WORK_PROCESS_WORKER_H
#define COIL_WORK_PROCESS_WORKER_H

#include "base/list.h"
#include "work/executor.h"
#include "work/process_answer.h"
#include "work/process_message.h"
#include "work/process_zygote.h"

/* What the pool gave to this one. */
struct worker_seat {
    unsigned index;
    int socket;  /* jobs come, results go */
    int words;   /* a pipe: what is written to stderr */
    int answers; /* a memory file: a struct answer for each slot */
};

/* In a process of its own, just forked, with no other descriptors. */
_Noreturn void coil__worker_run(const struct process_setup *setup, const struct worker_seat *seat);

struct worker {
    struct process_setup setup;
    struct worker_seat seat;
    struct answer *answers;
    int pid;
    int errors; /* where stderr went before */
    struct coil_link jobs;
    const void *known; /* a function that was looked at */
    char *buffer;
    size_t buffer_bytes;
};

struct worker_job {
    struct worker *worker;
    struct coil_link link;
    struct payload *payload;
    char *name;
    struct coil_future *task; /* borrowed; from its first step on */
    uint64_t id;
    uint16_t slot;
};

/* ---- process_tell.c ---- */

/* Tells the pool what the job has come to; takes a value over. The worker ends if that cannot be.
 */
void coil__worker_tell(struct worker_job *job, struct coil_result result);
void coil__worker_tell_failure(struct worker_job *job, int64_t status, const char *text,
                               const char *place);
void coil__worker_send(const struct worker *self, const struct letter *letter);

#endif
