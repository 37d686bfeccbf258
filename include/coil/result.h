/*
 * Results, errors and exceptions: what a coroutine gives back, and what went wrong.
 *
 * A result is two words, returned in two registers. `status` >= 0 is success (and may be the
 * number itself), negative is an error: a negated errno value or one of the codes below. Errors
 * travel by value; what is known beyond the code (a sentence, where it was raised, its cause) is an
 * *exception*, kept by the running task and then by the future it settles.
 *
 *     if (!file)
 *         return coil_raise(ENOENT, "no configuration at %s", path);
 */
#ifndef COIL_RESULT_H
#define COIL_RESULT_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define COIL_BEGIN_DECLS extern "C" {
#define COIL_END_DECLS }
#else
#define COIL_BEGIN_DECLS
#define COIL_END_DECLS
#endif

#if defined(__GNUC__) && !defined(__TINYC__)
#define COIL_EXPORT __attribute__((visibility("default")))
#define COIL_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#define COIL_EXPORT
#define COIL_PRINTF(text, first)
#endif

/* The await keyword: marks the declaration of every function that may suspend the calling task.
 * Whatever lacks the mark is known not to yield. `scripts/await-marks` checks it. */
#define coil_async

/* "what file:line", one string literal: where a task was created, an error raised, a cancel
 * asked. */
#define COIL_STRING_(x) #x
#define COIL_STRING(x) COIL_STRING_(x)
#define COIL_PLACE(what) what " " __FILE__ ":" COIL_STRING(__LINE__)

/* Durations and times are int64_t nanoseconds. */
#define COIL_NS(n) ((int64_t)(n))
#define COIL_US(n) ((int64_t)((n)*1000LL))
#define COIL_MS(n) ((int64_t)((n)*1000000LL))
#define COIL_SECONDS(n) ((int64_t)((n)*1000000000LL))
#define COIL_FOREVER INT64_MAX

COIL_BEGIN_DECLS

/* Error codes of coil, beyond errno's (used negated, like them: -COIL_ESTOPPED). */
enum coil_error_code {
    COIL_ESTOPPED = 5000,    /* loop or executor refuses new work, or ended before this was done */
    COIL_EDIED = 5001,       /* the thread or process it ran in ended under it */
    COIL_EFORKED = 5002,     /* belongs to a loop or executor of the parent process */
    COIL_EPENDING = 5003,    /* asyncio.InvalidStateError: not done yet */
    COIL_ESHUTDOWN = 5004,   /* asyncio.QueueShutDown */
    COIL_EBROKEN = 5005,     /* asyncio.BrokenBarrierError */
    COIL_EGROUP = 5006,      /* ExceptionGroup: several children failed */
    COIL_EENDED = 5007,      /* StopIteration: the generator, or iteration, is over */
    COIL_ECRASHED = 5008,    /* the coroutine received a fatal signal */
    COIL_EINCOMPLETE = 5009, /* asyncio.IncompleteReadError: the stream ended before */
    COIL_ELIMIT = 5010,      /* asyncio.LimitOverrunError: longer than the stream's limit */
    COIL_ETHREADS = 5011     /* a process with other threads cannot be forked safely */
};

struct coil_result {
    int64_t status; /* >= 0: success; < 0: negated error code */
    void *value;    /* on success; who frees it is said where it was produced */
};

/* Frees a value or an argument that nobody took. */
typedef void coil_drop_fn(void *value);

static inline struct coil_result coil_value(const void *value)
{
    struct coil_result r = {0, (void *)(uintptr_t)value};

    return r;
}

static inline struct coil_result coil_number(int64_t number)
{
    struct coil_result r = {number, NULL};

    return r;
}

/* `error` is a negated code (-EIO), as every function of coil returns it. */
static inline struct coil_result coil_error(int64_t error)
{
    struct coil_result r = {error, NULL};

    return r;
}

/**
 * The name of an error, for messages: "ECANCELED: cancelled", never NULL.
 *
 * Suspends: no. Thread: any.
 * Returns: a string that lives for ever; for a status >= 0, "ok".
 */
COIL_EXPORT const char *coil_strerror(int64_t status);

/* What is known of an error beyond its code. Shared and immutable. Without memory there is none:
 * asking NULL gives 0, "" or NULL. */
struct coil_exception;

/**
 * Raises: notes an exception with the running task (outside a task: with the running callback) and
 * gives the result to return. When the task ends with this status, its future carries the
 * exception; whoever awaits that future and returns the same status carries it on. `code` may be
 * given as EIO or -EIO. Call it as coil_raise(code, format, ...).
 *
 * Suspends: no. Thread: any; outside of loops and of executors' jobs only the code is kept.
 * Returns: coil_error(-code).
 */
COIL_EXPORT struct coil_result coil_raise_at(const char *place, int64_t code, const char *format,
                                             ...) COIL_PRINTF(3, 4);
#define coil_raise(code, ...) coil_raise_at(COIL_PLACE("raise"), code, __VA_ARGS__)

/**
 * The code of an exception, negative.
 *
 * Suspends: no. Thread: any.
 * Returns: the negated code.
 */
COIL_EXPORT int64_t coil_exception_code(const struct coil_exception *exception);

/**
 * The sentence it was raised with.
 *
 * Suspends: no. Thread: any.
 * Returns: a string that lives as long as the exception.
 */
COIL_EXPORT const char *coil_exception_text(const struct coil_exception *exception);

/**
 * Where it was raised: "file:line".
 *
 * Suspends: no. Thread: any.
 * Returns: a string that lives for ever; "" if unknown.
 */
COIL_EXPORT const char *coil_exception_place(const struct coil_exception *exception);

/**
 * How many further exceptions hang below this one: the children's errors of a task group
 * (asyncio: ExceptionGroup.exceptions), or one cause (__cause__).
 *
 * Suspends: no. Thread: any.
 * Returns: their number.
 */
COIL_EXPORT size_t coil_exception_count(const struct coil_exception *exception);

/**
 * The i-th exception below this one.
 *
 * Suspends: no. Thread: any.
 * Returns: it, borrowed from its parent; NULL beyond the last.
 */
COIL_EXPORT const struct coil_exception *coil_exception_at(const struct coil_exception *exception,
                                                           size_t index);

/**
 * The exception noted with the running task or callback (the last coil_raise, or what the last
 * failed await brought). Outside of a loop: what the thread's last coil_run failed with.
 *
 * Suspends: no. Thread: any.
 * Returns: it, borrowed until the next raise, await or run; NULL if there is none.
 */
COIL_EXPORT const struct coil_exception *coil_current_exception(void);

/**
 * What main() should return after coil_run; if it failed, the program's name, the error and all
 * that is known of it go to stderr.
 *
 *     return coil_exit_status(coil_run(main_coroutine, NULL));
 *
 * Suspends: no. Thread: any.
 * Returns: 0; 1 for an error; 130 after Ctrl-C (-EINTR), silently.
 */
COIL_EXPORT int coil_exit_status(struct coil_result result);

COIL_END_DECLS

#endif
