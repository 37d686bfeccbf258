/*
 * Executors from the inside: what all kinds share, and what each kind does by itself.
 *
 * A job comes in three forms: a pointer, bytes, a batch of items. A kind that runs jobs in this
 * process sees pointers only: executor.c wraps the other two in a *payload*, a block on the heap
 * that is the argument of a function which knows what to do with it. A process pool sends the same
 * payload to a worker, which calls the same function.
 */
#ifndef COIL_WORK_EXECUTOR_H
#define COIL_WORK_EXECUTOR_H

#include <coil/executor.h>

#include "base/atomic.h"
#include "mach/workers.h"
#include "work/cfuture.h"

/* What one submission says. Borrowed for the time of the call. */
struct job_spec {
    coil_coroutine_fn *fn;
    void *arg;
    const struct coil_job_options *options; /* never NULL */
    const char *place;
};

struct payload;
struct thread_job;

struct executor_kind {
    /* Any thread, not after shutdown has begun (it may begin meanwhile). Never NULL. NULL: this
     * kind takes no pointers. Owns spec->arg in any case: options->drop_arg. */
    struct coil_cfuture *(*submit)(struct coil_executor *self, const struct job_spec *spec);
    /* NULL: submit is called with coil__payload_run. Owns the payload: coil__payload_free. */
    struct coil_cfuture *(*submit_payload)(struct coil_executor *self, struct payload *payload,
                                           const struct coil_job_options *options,
                                           const char *place);
    /* Whether the payload of so many parts is better made in a memory file. NULL: it never is. */
    bool (*shares)(const struct coil_executor *self, size_t n, size_t part_bytes);
    /* All phases; blocks. Called once. Returns how many jobs were left behind. */
    int64_t (*shutdown)(struct coil_executor *self, const struct coil_stop_options *options);
    /* Whether the caller runs in one of its threads or processes. */
    bool (*is_here)(const struct coil_executor *self);
    /* Nobody has it any more: after shutdown, or in the child of a fork, where its threads and
     * processes are not. */
    void (*free)(struct coil_executor *self);
    /* How many jobs are not done; NULL: `jobs` tells. */
    size_t (*jobs)(const struct coil_executor *self);
    /* Runs a job on a thread: 0, or why not. NULL: its jobs are not for threads. */
    int (*lend)(struct coil_executor *self, struct thread_job *job);
    /* In the child of a fork: true if it goes on there. NULL: it does not. */
    bool (*survives_fork)(struct coil_executor *self);
};

/* Embedded in what each kind knows more. */
struct coil_executor {
    const struct executor_kind *kind;
    unsigned workers;
    uint32_t generation;
    struct word jobs;  /* submitted and not done: see executor_job_begins */
    struct word state; /* enum executor_state */
    /* Done when it has been shut down, its number how many jobs were left behind. Its references
     * are the executor's: the owner's, until close, who waits for EXECUTOR_ENDED; and of what stays
     * behind. */
    struct coil_cfuture ended;
    struct coil_stop_options stop; /* of the work below */
    struct mach_work shutdown;     /* the phases, when whoever began them cannot block */
};

enum executor_state {
    EXECUTOR_REFUSING = 1, /* no new jobs */
    EXECUTOR_ENDING = 2,   /* somebody runs the phases, or has */
    EXECUTOR_ENDED = 4     /* and does not touch it any more */
};

void coil__executor_init(struct coil_executor *self, const struct executor_kind *kind,
                         unsigned workers);

/* One that was never opened in the end: gives it up as it is. */
void coil__executor_drop(struct coil_executor *self);

static inline bool executor_refuses(const struct coil_executor *self)
{
    return word_load(&self->state) != 0;
}

/* 0, or why this executor, which may be NULL, takes no jobs. */
int64_t coil__executor_refusal(const struct coil_executor *self);

/* A kind without `jobs` calls these for each job, once. */
static inline void executor_job_begins(struct coil_executor *self)
{
    word_add(&self->jobs, 1);
}

static inline void executor_job_ends(struct coil_executor *self)
{
    word_sub(&self->jobs, 1);
}

/* What it holds stays until it is given up. */
static inline void executor_ref(struct coil_executor *self)
{
    coil_cfuture_ref(&self->ended);
}

static inline void executor_unref(struct coil_executor *self)
{
    coil_cfuture_unref(&self->ended);
}

/* A future that failed already; takes the exception over. */
struct coil_cfuture *coil__cfuture_failed(int64_t status, struct coil_exception *exception,
                                          const char *place);

/* The same for a job that is not taken: its argument is dropped. */
struct coil_cfuture *coil__job_refuse(const struct job_spec *spec, int64_t status);

/* ---- payloads ---- */

/* Bytes, or the items of a batch; each part lies behind a header that tells its size. Counted: the
 * task of each item holds it. */
struct payload {
    struct coil_function function;
    const char *place;              /* of the submission; NULL: it was in another process */
    const struct coil_future *task; /* that runs the batch, while it does */
    size_t n;                       /* parts */
    size_t part_bytes;              /* of one */
    size_t stride;                  /* from one to the next */
    bool batch;                     /* the value is a struct coil_results */
    coil_drop_fn *drop;             /* of an item's value in a batch */
    char *parts;                    /* NULL: they lie in the file alone */
    int fd;                         /* a memory file that has them; -1: none does */
    size_t mapped;                  /* bytes of one, before and behind the parts; 0: none */
    struct word refs;
};

/* Copies the data; NULL: zeroes, to be written into the parts. NULL when memory is out. */
struct payload *coil__payload_new(struct coil_function function, const void *data, size_t n,
                                  size_t part_bytes, bool batch);

/* The parts are copied once, to a memory file; NULL also when descriptors are out. */
struct payload *coil__payload_new_in_file(struct coil_function function, const void *data, size_t n,
                                          size_t part_bytes, bool batch);

/* Copies the parts to a file as well. 0; -EMFILE, -ENOMEM ... */
int coil__payload_to_file(struct payload *payload);

/* In another process: its parts lie in that file, which is closed, and are changed here alone.
 * 0; -EINVAL: it is too small; -ENOMEM ... */
int coil__payload_from_file(struct coil_function function, int fd, size_t n, size_t part_bytes,
                            bool batch, struct payload **out);

/* Gives one reference up; a coil_drop_fn. */
void coil__payload_free(void *payload);

/* What its function is called with. */
static inline void *payload_part(const struct payload *payload, size_t index)
{
    return payload->parts + index * payload->stride;
}

/* A coil_coroutine_fn: calls the function for each part, in a task all parts of a batch at once.
 * Does not free the payload. */
coil_async struct coil_result coil__payload_run(void *payload);

/* Whether the task is an item of a batch that is to end. */
bool coil__item_asked_to_end(const struct coil_future *task);

/* Whether it is to end, as a job, an item, or by itself. */
bool coil__task_asked_to_end(const struct coil_future *task);

/* Where the function is in this program; NULL: there is none of that name. */
coil_coroutine_fn *coil__function_find(const struct coil_function *function);

/* `drop` frees the values. NULL when memory is out. */
struct coil_results *coil__results_new(size_t n, coil_drop_fn *drop);

/* Takes the exception over. */
void coil__results_set(struct coil_results *results, size_t index, struct coil_result result,
                       struct coil_exception *exception);

/* ---- what runs ---- */

/* What coil_job_cancelled looks at in this thread, while a job runs that is no task; NULL: none. */
extern __thread const struct word *coil__job_state;

/* Outside of a loop, around a function: forgets what was raised in this thread before; what was
 * raised for a result that failed, counted, or NULL. */
void coil__raised_clear(void);
struct coil_exception *coil__raised_for(struct coil_result result);

#endif
