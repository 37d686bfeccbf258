/* A task waits for an operation that is on its stack: it does not go on before that is its own
 * again. */
#ifndef COIL_IO_OP_WAIT_H
#define COIL_IO_OP_WAIT_H

#include <errno.h>

#include <coil/task.h>

#include "loop/loop.h"

/* So many operations in a row that need no waiting; then the others have their turn (Tokio's
 * number). */
#define OP_ATTEMPTS 128
#define OP_CHARGED_BYTES 4096 /* so many count as one more */

/* Beginning where a cache line begins, it needs two when the answer comes, and the driver's part of
 * the op lies between them; else it needs four. */
struct op_wait {
    struct op op __attribute__((aligned(CACHE_LINE)));
    struct coil_future waiter;
    void (*done)(struct op_wait *wait); /* the last place to look into what the op lent; may be
                                           NULL */
};

/* What every op needs. The rest is its kind's, or the driver's while it is lent: to write zeros
 * over it all would take longer than what is done with it. */
static inline void op_begin(struct op *op, enum op_kind kind, int fd)
{
    op->kind = (uint8_t)kind;
    op->state = OP_IDLE;
    op->stage = 0;
    op->fd = fd;
}

/*
 * Submits wait->op and waits it out; a cancellation asks the driver to hurry. 0: the result is
 * op.result. -ECANCELED: the caller was cancelled, and nothing has happened in the world (but a
 * poll, or a call, whose result nobody needs). If something has, the result is told and the
 * cancellation comes with the next await.
 */
coil_async int coil__op_wait(struct op_wait *wait, const char *what);

/* As coil__op_wait where the loop closes, and nothing new is begun: it never returns. */
coil_async int coil__op_never(const char *what);

/*
 * A task whose operations never wait would keep the loop for itself: now and then one is submitted
 * though it need not be. (A yield before the attempt would not do: meanwhile another task may close
 * the descriptor, and its number be another file's.)
 */
static inline bool loop_attempts_spent(struct coil_loop *loop)
{
    if (loop->spender != loop->current) {
        loop->spender = loop->current;
        loop->attempts = 0;
    }
    if (likely(++loop->attempts < OP_ATTEMPTS))
        return false;
    loop->attempts = 0;
    return true;
}

/* Moving much takes the time of many. */
static inline void loop_charge(struct coil_loop *loop, int64_t bytes)
{
    if (bytes >= OP_CHARGED_BYTES)
        loop->attempts += (unsigned)(bytes / OP_CHARGED_BYTES % OP_ATTEMPTS);
}

/* Whether the op could be done without waiting: then op.result is what came of it. Who is always
 * lucky is told no now and then, so that the others run. */
static inline bool op_attempt(struct coil_loop *loop, struct op *op)
{
    if (unlikely(loop->closing) || unlikely(loop_attempts_spent(loop)))
        return false;
    op->result = loop->driver->ops->attempt(loop->driver, op);
    loop_charge(loop, op->result);
    return op->result != -EAGAIN;
}

/* Tries whether no waiting is needed, as asyncio's sock_recv does, and waits if it is. */
coil_async int coil__op_try(struct op_wait *wait, const char *what);

/* The same for who need not tell a cancellation of its own from one of the op: the op's result, or
 * -ECANCELED. */
coil_async int64_t coil__op_run(struct op_wait *wait, const char *what);

#endif
