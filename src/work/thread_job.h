/*
 * A job on a thread: a function that a worker calls, whoever waits for it. Embedded, as the last
 * member, in what knows who that is: a concurrent future (thread_pool.c) or one of a loop
 * (run_in_executor.c).
 */
#ifndef COIL_WORK_THREAD_JOB_H
#define COIL_WORK_THREAD_JOB_H

#include "loop/context.h"
#include "work/executor.h"

struct thread_job_kind {
    /* What came of it. Once, on whatever thread; takes both over. */
    void (*ended)(struct thread_job *job, struct coil_result result,
                  struct coil_exception *exception);
    void (*ref)(struct thread_job *job);
    void (*unref)(struct thread_job *job); /* the pool's reference too, when it has let go */
};

/* What the worker needs stands first, in two cache lines if it is placed well. */
struct thread_job {
    struct mach_work work;
    coil_coroutine_fn *fn;
    void *arg;
    const struct thread_job_kind *kind;
    struct word *state; /* of enum cfuture_bits; CF_POSTED: what came of it has been told */
    struct coil_context *context; /* the cell that it runs in; owned, unless it is the one below */
    coil_drop_fn *drop_arg, *drop_result;
    const char *place;

    struct mach_pool *pool;   /* that it was lent to, if any; its memory is never given back */
    char *name;               /* NULL: the place's */
    struct thread_job *next;  /* among survivors */
    int64_t since_ns;         /* a survivor's */
    struct coil_context cell; /* last: it ends in an array of no elements */
};

/* 0 or -ENOMEM: then nothing is taken over. The state is the owner's. */
int coil__thread_job_init(struct thread_job *job, const struct thread_job_kind *kind,
                          struct word *state, const struct job_spec *spec);

/* Frees what init made. */
void coil__thread_job_fini(struct thread_job *job);

/* Lends it to a pool, with one of its references. 0; -COIL_ESTOPPED, -EAGAIN: it was not lent. */
int coil__thread_job_submit(struct thread_job *job, struct mach_pool *pool);

/* Runs it here and now, instead. */
void coil__thread_job_run(struct thread_job *job);

/* It will not run: its argument is dropped, and the reference it was lent with given up. */
void coil__thread_job_skip(struct thread_job *job, int64_t status,
                           struct coil_exception *exception);

/* Whether it could be taken back before it began: then skip it. */
bool coil__thread_job_withdraw(struct thread_job *job);

static inline struct thread_job *thread_job_of(struct mach_work *work)
{
    return container_of(work, struct thread_job, work);
}

#endif
