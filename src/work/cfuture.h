/*
 * Concurrent futures from the inside: what a job on a loop and the threads that wait for it share.
 * All of it is in one word:
 *
 *   RUNNING    the job has been started on its loop
 *   CANCEL     cancellation was asked, at any time
 *   POSTED     the request to cancel is on its way to the loop
 *   WAITERS    a thread sleeps on the word
 *   DONE       the result is there, for ever; set last, by one, the only transition that wakes
 */
#ifndef COIL_WORK_CFUTURE_H
#define COIL_WORK_CFUTURE_H

#include <coil/cfuture.h>
#include <coil/task.h>

#include "loop/exception.h"
#include "loop/loop.h"

enum cfuture_bits { CF_RUNNING = 1, CF_CANCEL = 2, CF_POSTED = 4, CF_WAITERS = 8, CF_DONE = 16 };

struct coil_cfuture {
    struct word state;
    struct word refs;
    struct word callbacks; /* a stack of coil_cfuture_callback; 1: done, none is taken any more */
    struct word fd;        /* eventfd + 1, 0: none asked for */
    struct word reason;    /* struct coil_exception: why it is to be cancelled; first asked, first
                              kept */
    struct word flags;     /* CF_SEEN, CF_TAKEN */
    uint32_t generation;

    struct coil_result result; /* from DONE on */
    struct coil_exception *exception;
    coil_drop_fn *drop;

    struct loop_port *port;    /* counted; NULL: it never went to a loop */
    struct coil_handle start;  /* posted to begin; later among the task's callbacks */
    struct coil_handle cancel; /* posted to cancel */
    struct coil_future *task;  /* the loop thread's; counted */
    uint64_t task_id;
    coil_coroutine_fn *fn;
    void *arg;
    bool plain;                 /* a function, not a coroutine */
    struct coil_cfuture *outer; /* plain and running: the one whose function turns the loop around
                                   it */
    const char *place;
    char *name;
    struct coil_task_options options; /* without name and loop */
};

enum cfuture_flags { CF_SEEN = 1, CF_TAKEN = 2 };

/* Submits: a cfuture that is done already if that is impossible, as with no port. `options` may be
 * NULL. */
struct coil_cfuture *coil__cfuture_submit(struct loop_port *port, coil_coroutine_fn *fn, void *arg,
                                          const struct coil_task_options *options, bool plain,
                                          const char *place);

/* The only place that sets DONE. Takes the exception over. Any thread. */
void coil__cfuture_complete(struct coil_cfuture *future, struct coil_result result,
                            struct coil_exception *exception, coil_drop_fn *drop);

/* Its own thread need not ask it by a submission, nor who opened one that no thread has run yet. */
bool coil__loop_is_here(const struct coil_loop *loop);

/* The running loop's thread ends: the functions that will not return are settled. */
void coil__jobs_abandon(int64_t status);

/* The immortal one that failed for want of memory. */
struct coil_cfuture *coil__cfuture_no_memory(void);

#endif
