/* A worker: a process with a loop that runs the jobs of its pool as tasks. */
#ifndef COIL_WORK_PROCESS_WORKER_H
#define COIL_WORK_PROCESS_WORKER_H

#include "base/list.h"
#include "mach/spin.h"
#include "work/executor.h"
#include "work/process_board.h"
#include "work/process_message.h"
#include "work/process_zygote.h"

/* What the pool gave to this one. */
struct worker_seat {
    unsigned index, of;
    int socket; /* what is too large for the board */
    int words;  /* a pipe: what is written to stderr */
    int boards; /* a memory file */
    int bell;   /* eventfd: there is something to look at */
    int ear;    /* eventfd: the pool's manager */
};

/* In a process of its own, just forked, with no other descriptors. */
_Noreturn void coil__worker_run(const struct process_setup *setup, const struct worker_seat *seat);

/* Somebody who can be rung. */
struct worker_ear {
    uintptr_t number;
    int fd; /* -1: it got lost */
};

struct worker {
    struct process_setup setup;
    struct worker_seat seat;
    struct boards *boards;
    struct board *board;
    unsigned slots;
    struct worker_ear ears[EARS];
    int pid;
    int errors;      /* where stderr went before */
    uint16_t *taken; /* room to take a tray */
    uint16_t *order; /* slots whose jobs have not begun, a ring */
    unsigned order_from, order_n;
    unsigned running;         /* jobs */
    bool beginning;           /* of others */
    struct coil_handle go_on; /* begins the next ones */
    uintptr_t cancels;        /* that were heard of */
    struct mach_spin spin;
    struct coil_link jobs;
    const void *known; /* a function that was looked at */
    char *buffer;
    size_t buffer_bytes;
};

struct worker_job {
    struct worker *worker;
    struct coil_link link;
    struct payload *payload;
    struct coil_future *task; /* borrowed; from its first step on */
    uint64_t id;
    unsigned slot;
    bool cancelled;
    char name[];
};

/* ---- process_worker.c ---- */

/* Runs a job until it awaits, or has told what it came to; closes the descriptor, if there is one.
 */
void coil__worker_begin(struct worker *self, unsigned slot, const struct job_parts *parts, int fd);

/* Cancels its task, if the pool wants that. */
void coil__worker_look_at_flag(struct worker_job *job);

/* ---- process_intake.c ---- */

/* A coroutine: all that a worker does. */
coil_async struct coil_result coil__worker_serve(void *worker);

void coil__worker_job_ended(struct worker *self);

/* ---- process_tell.c ---- */

/* Tells the pool what the job has come to; takes a value over. The worker ends if that cannot be.
 */
void coil__worker_tell(struct worker_job *job, struct coil_result result);
void coil__worker_tell_failure(struct worker_job *job, int64_t status, const char *text,
                               const char *place);

/* Rings an ear that sleeps; the manager's, if it is not known, or gone. */
void coil__worker_ring(struct worker *self, uintptr_t ear);

#endif
