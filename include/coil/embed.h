/*
 * The contract for coroutines of any kind: how the runtime resumes one, and what it may answer.
 * Stackless coroutines (coil/stackless.h) are built on it, and so is every foreign kind (another
 * language's generators).
 */
#ifndef COIL_EMBED_H
#define COIL_EMBED_H

#include <coil/task.h>

COIL_BEGIN_DECLS

/* What a coroutine answers when it is resumed. */
enum coil_step {
    COIL_STEP_AWAIT,  /* resume me when step->future is done, with its result */
    COIL_STEP_SLEEP,  /* resume me after step->delay_ns */
    COIL_STEP_YIELD,  /* resume me in the next turn */
    COIL_STEP_RETURN, /* I have ended with step->result; do not resume me again */
    COIL_STEP_PARKED  /* reserved for the runtime's own stackful kind */
};

struct coil_resume {
    struct coil_result sent;    /* in: what the await, sleep or yield gives; first time {0, NULL};
                                   -ECANCELED is asyncio's throw(CancelledError) */
    struct coil_future *future; /* out, AWAIT: borrowed until the resume after this */
    int64_t delay_ns;           /* out, SLEEP */
    struct coil_result result;  /* out, RETURN */
};

struct coil_coroutine_ops {
    /* Runs the coroutine to its next suspension. Called on the loop's stack. */
    enum coil_step (*resume)(void *coroutine, struct coil_resume *step);
    /* Frees the coroutine: after RETURN, or unfinished, or never started. Called exactly once. */
    void (*close)(void *coroutine);
    /* Says where it stands, as snprintf; may be NULL. */
    int (*where)(void *coroutine, char *buffer, size_t size);
};

/**
 * Makes a task of a coroutine of your own kind. Otherwise as coil_create_task.
 * Call it as coil_create_foreign_task(ops, coroutine, options).
 *
 * Suspends: no.
 * Owns: the task closes the coroutine, also when it cannot be made; the caller has one reference.
 * Returns: the task, or a future that failed already.
 */
COIL_EXPORT struct coil_future *coil_create_foreign_task_at(const struct coil_coroutine_ops *ops,
                                                            void *coroutine,
                                                            const struct coil_task_options *options,
                                                            const char *place);
#define coil_create_foreign_task(ops, coroutine, ...) \
    coil_create_foreign_task_at(ops, coroutine, __VA_ARGS__, COIL_PLACE(#coroutine))

COIL_END_DECLS

#endif
