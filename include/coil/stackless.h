/*
 * Stackless coroutines: for a million of them. No stack, so a sleeping task takes less than 200
 * bytes; the price is that whatever lives across an await must be in the state struct, and that
 * only the function itself can suspend.
 *
 *     struct ticker { int left; struct coil_result r; };
 *
 *     static enum coil_step ticker(struct coil_stackless *co, struct ticker *self)
 *     {
 *         COIL_BEGIN(co);
 *         for (; self->left > 0; self->left--)
 *             COIL_SLEEP(co, COIL_MS(10));
 *         COIL_RETURN(co, coil_number(42));
 *         COIL_END(co);
 *     }
 *
 *     struct ticker state = {3};
 *     struct coil_future *task = coil_create_stackless_task(ticker, &state, sizeof(state), NULL);
 *
 * Inside: no locals that must survive COIL_AWAIT, COIL_SLEEP and COIL_YIELD, at most one of them
 * per line, and none inside a `switch`. A coroutine that sees -ECANCELED in co->sent should clean
 * up and COIL_RETURN it.
 *
 * What suspends its caller (locks, queues, streams) cannot be called here: await a stackful task
 * that calls it, COIL_AWAIT(co, self->task = coil_create_task(take_lock, lock)). It has a stack for
 * as long as it waits. Cancelled just as that was done, ask it: if its result is no error, it was
 * done, and the lock is there to be released.
 */
#ifndef COIL_STACKLESS_H
#define COIL_STACKLESS_H

#include <coil/embed.h>

COIL_BEGIN_DECLS

struct coil_stackless {
    unsigned line;              /* where to go on; kept by the task between the steps */
    struct coil_result sent;    /* what the last await, sleep or yield gave */
    struct coil_resume *resume; /* coil's */
};

/* The state is typed as the coroutine likes: coil_create_stackless_task casts. */
typedef enum coil_step coil_stackless_fn(struct coil_stackless *co, void *state);

/**
 * Makes a task of a stackless coroutine; the state is copied into the task.
 * Call it as coil_create_stackless_task(fn, state, size, options). With options->drop_arg, that is
 * called with the task's
 * copy of the state when the task ends, however it ends.
 *
 * Suspends: no.
 * Owns: the caller has one reference, as from coil_create_task.
 * Returns: the task, or a future that failed already.
 */
COIL_EXPORT struct coil_future *
coil_create_stackless_task_at(coil_stackless_fn *fn, const void *state, size_t size,
                              const struct coil_task_options *options, const char *place);
#define coil_create_stackless_task(fn, state, size, ...)                                  \
    coil_create_stackless_task_at((coil_stackless_fn *)(void (*)(void))(fn), state, size, \
                                  __VA_ARGS__, COIL_PLACE(#fn))

COIL_END_DECLS

#if defined(__GNUC__) && __GNUC__ >= 7
#define COIL_FALLTHROUGH __attribute__((fallthrough))
#else
#define COIL_FALLTHROUGH ((void)0)
#endif

#define COIL_BEGIN(co)    \
    switch ((co)->line) { \
    case 0:

/* Awaits a future; afterwards (co)->sent is its result. */
#define COIL_AWAIT(co, awaited)           \
    do {                                  \
        (co)->resume->future = (awaited); \
        (co)->line = __LINE__;            \
        return COIL_STEP_AWAIT;           \
    case __LINE__:;                       \
    } while (0)

#define COIL_SLEEP(co, delay)             \
    do {                                  \
        (co)->resume->delay_ns = (delay); \
        (co)->line = __LINE__;            \
        return COIL_STEP_SLEEP;           \
    case __LINE__:;                       \
    } while (0)

#define COIL_YIELD(co)          \
    do {                        \
        (co)->line = __LINE__;  \
        return COIL_STEP_YIELD; \
    case __LINE__:;             \
    } while (0)

#define COIL_RETURN(co, returned)          \
    do {                                   \
        (co)->resume->result = (returned); \
        return COIL_STEP_RETURN;           \
    } while (0)

#define COIL_END(co)                         \
    }                                        \
    (co)->resume->result = coil_value(NULL); \
    return COIL_STEP_RETURN

#endif
