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
#include "work/cfuture.h"

/* What one submission says. Borrowed for the time of the call. */
struct job_spec {
    coil_coroutine_fn *fn;
    void *arg;
    const struct coil_job_options *options; /* never NULL */
    const char *place;
};

struct payload;

struct executor_kind {
    /* Any thread, not after shutdown has begun (it may begin meanwhile). Never NULL. NULL: this
     * kind takes no pointers. Owns spec->arg in any case: options->drop_arg. */
    struct coil_cfuture *(*submit)(struct coil_executor *self, const struct job_spec *spec);
    /* NULL: submit is called with coil__payload_run. Owns the payload. */
    struct coil_cfuture *(*submit_payload)(struct coil_executor *self, struct payload *payload,
                                           const struct coil_job_options *options,
                                           const char *place);
    /* All phases; blocks. Called once. Returns how many jobs were left behind. */
    int64_t (*shutdown)(struct coil_executor *self, const struct coil_stop_options *options);
    /* Whether the caller runs in one of its threads or processes. */
    bool (*is_here)(const struct coil_executor *self);
    void (*free)(struct coil_executor *self); /* after shutdown */
};

/* Embedded first. */
struct coil_executor {
    const struct executor_kind *kind;
    unsigned workers;
    struct word jobs;  /* submitted and not done */
    struct word state; /* EXECUTOR_REFUSING, EXECUTOR_ENDED */
    uint32_t generation;
    int64_t left_behind; /* from ENDED on */
};

enum executor_state { EXECUTOR_REFUSING = 1, EXECUTOR_ENDED = 2 };

void coil__executor_init(struct coil_executor *self, const struct executor_kind *kind,
                         unsigned workers);

/* Bytes, or the items of a batch; each part lies behind a header that tells its size. */
struct payload {
    struct coil_function function;
    size_t n;           /* parts */
    size_t part_bytes;  /* of one */
    size_t stride;      /* from one to the next */
    bool batch;         /* the value is a struct coil_results */
    coil_drop_fn *drop; /* of an item's value in a batch */
    char *parts;
};

struct payload *coil__payload_new(struct coil_function function, const void *data, size_t n,
                                  size_t part_bytes, bool batch);
void coil__payload_free(void *payload);

/* A coil_coroutine_fn: calls the function for each part, in a task all parts of a batch at once.
 * Does not free the payload. */
struct coil_result coil__payload_run(void *payload);

struct coil_results *coil__results_new(size_t n, coil_drop_fn *drop);
/* Takes the exception over. */
void coil__results_set(struct coil_results *results, size_t index, struct coil_result result,
                       struct coil_exception *exception);

/* What coil_job_cancelled looks at in this thread, while a job runs that is no task; NULL: none. */
extern __thread const struct word *coil__job_state;

#endif
