/*
 * Generators: functions that give values one by one (Python's generators and asynchronous
 * generators, which with a stack of their own are one thing: a body that awaits suspends whoever
 * asked for the next value).
 *
 *     static coil_async struct coil_result words(struct coil_generator *self, void *arg)
 *     {
 *         coil_generate(self, "Hi");
 *         coil_generate(self, "You");
 *         return coil_value(NULL);
 *     }
 *
 *     struct coil_generator *g = coil_generator_open(words, NULL, 0);
 *     while ((r = coil_generator_next(g)).status >= 0)
 *         puts(r.value);
 *     coil_generator_close(g);
 *
 * Works outside a loop too, as long as the body does not await.
 */
#ifndef COIL_GENERATOR_H
#define COIL_GENERATOR_H

#include <coil/result.h>

COIL_BEGIN_DECLS

struct coil_generator;

typedef struct coil_result coil_generator_fn(struct coil_generator *self, void *arg);

/**
 * A generator that has not started. stack_bytes 0 is the default.
 *
 * Suspends: no. Thread: any; afterwards only the one that opened it. Owns: the caller closes it.
 * Returns: it; NULL when memory is out.
 */
COIL_EXPORT struct coil_generator *coil_generator_open(coil_generator_fn *fn, void *arg,
                                                       size_t stack_bytes);

/**
 * Runs the body to its next value (next(g), anext(g)).
 *
 * Suspends: if the body does. Cancel-safe: as the body is: the await inside it sees the
 * cancellation.
 * Returns: the value; -COIL_EENDED when the body has returned (value: what it returned), for ever
 * after too; the body's error, once;
 * -EBUSY if it is running already.
 */
COIL_EXPORT coil_async struct coil_result coil_generator_next(struct coil_generator *generator);

/**
 * The same; coil_generate inside the body returns `value` (g.send). To a generator that has not
 * started only NULL can be sent: anything else is -EINVAL.
 *
 * Suspends: if the body does. Cancel-safe: as the body is.
 * Returns: as coil_generator_next.
 */
COIL_EXPORT coil_async struct coil_result coil_generator_send(struct coil_generator *generator,
                                                              void *value);

/**
 * Ends it (g.close, aclose): coil_generate inside the body returns -ECANCELED, so that it can clean
 * up, then its stack is given back. A body that generates again instead of returning is abandoned
 * where it stands. Frees the generator, unless it is running: the body, from which to return
 * instead, and a task that waits in there for the next value stand on its stack.
 *
 * Suspends: if the body does while cleaning up. Cancel-safe: yes.
 * Returns: 0; the error with which the body ended instead of -ECANCELED; -EPROTO if it was
 * abandoned; -EBUSY if it is running: nothing has happened, it is still to be closed. NULL is fine.
 */
COIL_EXPORT coil_async int64_t coil_generator_close(struct coil_generator *generator);

/**
 * Inside the body: gives a value to whoever asked (yield value).
 *
 * Suspends: no task: it goes back to the caller of next.
 * Returns: what was sent (value NULL after next); -ECANCELED when the generator is being closed.
 */
COIL_EXPORT struct coil_result coil_generate(struct coil_generator *self, const void *value);

COIL_END_DECLS

#endif
