/*
 * Several at once: gather, wait, as_completed, shield.
 *
 * All take arrays of futures (tasks among them). None takes references over, unless asked to by
 * COIL_TAKE_REFS.
 */
#ifndef COIL_GATHER_H
#define COIL_GATHER_H

#include <coil/task.h>

COIL_BEGIN_DECLS

enum coil_gather_flags {
    COIL_RETURN_EXCEPTIONS =
        1,             /* errors are results like others (asyncio: return_exceptions=True) */
    COIL_TAKE_REFS = 2 /* takes the caller's references of the children over */
};

/**
 * One future for many (asyncio: gather). Its value is an array of n results in the order of the
 * children; coil_join and coil_future_take give it to the caller, who free()s it, else the gather
 * future does. Without COIL_RETURN_EXCEPTIONS the first child that fails settles it with that error
 * and the others run on. Cancelling it cancels every child; it is cancelled once they have ended.
 * A child given twice is one child. n == 0 gives a future done with an empty array. Given up while
 * it is pending it lets go of the children; a failure of one that goes on is still reported.
 *
 * Suspends: no. Owns: the caller has one reference; the children's values stay theirs.
 * Returns: the gather future; one that failed already with -ENOMEM (the children are then cancelled
 * if taken over).
 */
COIL_EXPORT struct coil_future *coil_gather_at(struct coil_future *const *children, size_t n,
                                               int flags, const char *place);
#define coil_gather(...) coil_gather_at(__VA_ARGS__, COIL_PLACE("gather"))

enum coil_wait_condition {
    COIL_ALL_COMPLETED,
    COIL_FIRST_COMPLETED,
    COIL_FIRST_EXCEPTION /* as in asyncio, a cancelled one does not count */
};

/**
 * Waits for some or all of them (asyncio: wait). Never cancels them, never fails because of them or
 * of the timeout: ask each with coil_future_done. n == 0 is -EINVAL.
 *
 * Suspends: yes, for a turn at least.
 * Cancel-safe: yes; the futures go on.
 * Returns: how many are done (0 after a timeout with none); -ECANCELED, -EINVAL, -ENOMEM, -EDEADLK.
 */
COIL_EXPORT coil_async int64_t coil_wait(struct coil_future *const *futures, size_t n,
                                         int64_t timeout_ns, enum coil_wait_condition condition);

/**
 * A future that protects another one from being cancelled (asyncio: shield): it is settled as the
 * inner one is, and cancelling it leaves the inner one alone. An error of the inner one after that
 * is reported. If the inner one is done it is returned itself.
 *
 * Suspends: no. Owns: the caller has one reference to what is returned.
 * Returns: the outer future.
 */
COIL_EXPORT struct coil_future *coil_shield_at(struct coil_future *inner, const char *place);
#define coil_shield(inner) coil_shield_at(inner, COIL_PLACE("shield"))

/* An iteration over futures in the order in which they end (asyncio: as_completed). */
struct coil_as_completed;

/**
 * Begins one. timeout_ns counts from now, over the whole iteration.
 *
 * Suspends: no. Owns: the caller closes it; it holds references to the futures.
 * Returns: it; NULL when memory is out.
 */
COIL_EXPORT struct coil_as_completed *coil_as_completed_open(struct coil_future *const *futures,
                                                             size_t n, int64_t timeout_ns);

/**
 * The next one that is done, as result.value, a struct coil_future * borrowed until close.
 *
 * Suspends: unless one is done already.
 * Cancel-safe: yes; nothing is lost.
 * Returns: the future; -COIL_EENDED after the last; -ETIMEDOUT; -ECANCELED.
 */
COIL_EXPORT coil_async struct coil_result
coil_as_completed_next(struct coil_as_completed *iteration);

/**
 * Ends it; the futures that are not done go on.
 *
 * Suspends: no. NULL is fine.
 */
COIL_EXPORT void coil_as_completed_close(struct coil_as_completed *iteration);

COIL_END_DECLS

#endif
