/*
 * The straight way of a small result to the thread that waits for it, past the manager: in memory
 * that the pool's process shares with the worker, a place for each slot.
 *
 * Whoever begins to wait for a job that runs sets WAITED and sleeps on the word. The worker that is
 * done with it finds that, writes what the job came to beside it and sets GIVEN, which wakes the
 * waiter: he settles the job. Everything else is sent as a packet. A waiter who gives up takes
 * WAITED back, unless it is GIVEN already.
 *
 * On a busy processor a worker is often done before the thread that sent the job goes on. It finds
 * SENDING then and sets GIVEN as well: the sender looks once he does go on.
 */
#ifndef COIL_WORK_PROCESS_ANSWER_H
#define COIL_WORK_PROCESS_ANSWER_H

#include "base/atomic.h"

#define ANSWER_BYTES 448

enum answer_state { ANSWER_NONE, ANSWER_SENDING, ANSWER_WAITED, ANSWER_GIVEN };

struct answer {
    struct word flag;  /* CF_CANCEL: the job is to give up; the pool writes it */
    struct word state; /* enum answer_state */
    int64_t status;
    uint32_t flags; /* enum job_flags */
    uint32_t data_bytes;
    _Alignas(32) char data[ANSWER_BYTES];
};

#endif
