/*
 * Jobs: what was submitted to the loop from the prompt, numbered [1], [2] ... as a shell does.
 */
#ifndef TOOLS_JOBS_H
#define TOOLS_JOBS_H

#include <pthread.h>
#include <stdbool.h>

#include <coil/coil.h>

#include "engine.h"
#include "guard.h"

struct job {
    int number; /* 0: internal, not shown */
    char *name;
    char *place;
    struct coil_thread *loop; /* the one it went to */
    struct coil_cfuture *future;
    coil_coroutine_fn *fn; /* with arg: a coroutine that was called */
    void *arg;
    void (*run)(void *out); /* or, with out and type: code that may suspend */
    void *out;
    size_t size;
    char *type;               /* of the value in out; NULL if none */
    struct guard guard;       /* on the coroutine's stack */
    struct coil_future *task; /* set while its code runs */
    bool told;                /* its end was shown */
    bool watched;             /* somebody waits for it and will tell */
    struct coil_cfuture_callback callback;
    struct job *next; /* older */
};

struct jobs {
    struct coil_thread *loop;
    pthread_t loop_thread;
    bool lost; /* the loop died of a crash; the next submission opens another */
    struct job *newest;
    pthread_mutex_t mutex; /* over told and watched */
    int last_number;
    bool announce; /* tell of an end when it happens, not only when asked */
};

/* Opens the loop in its thread, and readies it for crashes of typed code. Returns false if there is
 * no loop (errno). */
bool jobs_open(struct jobs *jobs);

/* Stops the loop, frees everything. */
void jobs_close(struct jobs *jobs);

/* Submits a step of a plan. `place` is where it was typed. With number 0 nobody is told of it. */
struct job *jobs_submit(struct jobs *jobs, const struct step *step, const char *place,
                        bool numbered);

/* Takes a concurrent future that somebody else made as a job. */
struct job *jobs_adopt(struct jobs *jobs, const char *name, struct coil_cfuture *future);

struct job *jobs_find(const struct jobs *jobs, int number);

/*
 * Waits for a job. Ctrl-C cancels it. Returns 0 once it is done; -ETIMEDOUT; -EINTR if it was
 * cancelled but does not end.
 */
int jobs_wait(struct jobs *jobs, struct job *job, int64_t timeout_ns);

/* Cancels; code that never yields is broken off. */
void jobs_cancel(struct jobs *jobs, struct job *job);

/* Writes "[1] fetch done: 3"; a job whose end is shown here will not be announced again. */
void jobs_describe(struct jobs *jobs, struct job *job, struct text *out);

#endif
