/* Jobs that do as they are told, and what a test needs to watch them from its own thread. */
#ifndef JOBS_H
#define JOBS_H

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <coil/coil.h>

#include "kit.h"
#include "mach/switch.h"

/* TSan allows no pthread_exit on a coroutine's stack, and follows no new threads after a fork. */
#if defined(MACH_TSAN)
enum { UNDER_TSAN = 1 };
#else
enum { UNDER_TSAN = 0 };
#endif

/* Longer than anything takes that works: when it has passed, something hangs. */
#define LIMIT COIL_SECONDS(20)

/* A job waits for its event until job_let_go, or until it was cancelled once more than
 * `swallows`. */
struct job {
    sem_t started;
    sem_t cancelled; /* posted at every cancellation that arrives */
    struct coil_event event;
    int swallows; /* how many cancellations it refuses; -1: all of them */
    int runs, cancels, ended, dropped;
    struct coil_result result; /* what it gives when it was let go */
};

void job_init(struct job *job);
void job_fini(struct job *job);

/* The coroutine; its argument is the job. */
coil_async struct coil_result job_run(void *job);

/* The argument's drop function: counts. */
void job_drop(void *job);

/* From another thread: lets the coroutine end, once the loop comes to it. */
void job_let_go(struct coil_thread *thread, struct job *job);

/* Waits for a semaphore; the test fails if nobody posts it. */
void await_post(sem_t *semaphore);

/* What is not to take long: waits until *number is `value`, which another thread writes. */
void await_number(const int *number, int value);

/* Small coroutines: the argument as a number; -EIO raised with a sentence; never ends; ends its
 * thread. */
struct coil_result give_number(void *number);
struct coil_result fail(void *unused);
coil_async struct coil_result wait_for_ever(void *unused);
struct coil_result end_thread(void *unused);

/* A plain function that holds its loop's thread until it is let go. */
struct plug {
    sem_t in, out;
    struct coil_cfuture *handle;
};
void plug_put(struct plug *plug, struct coil_thread *thread);
void plug_pull(struct plug *plug);

/* The status of a handle, waited for; the test fails if it stays pending. Takes the reference. */
int64_t finish(struct coil_cfuture *handle);

/* Opens a loop in a thread; the test fails if it cannot. */
struct coil_thread *open_thread(void);

/* Between the two every thread is interrupted that waits: again and again, because an interrupt
 * ends no wait that has not begun. */
void interrupts_begin(void);
void interrupts_end(void);

/* Runs body(arg) in a child of fork; it must return 0 in time. */
void in_child(int (*body)(void *arg), void *arg);

/* What is written to stderr between the two; the text is to be freed. */
void errors_begin(void);
char *errors_end(void);

#endif
