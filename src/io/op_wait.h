/* A task waits for an operation that is on its stack: it does not go on before that is its own
 * again. */
#ifndef COIL_IO_OP_WAIT_H
#define COIL_IO_OP_WAIT_H

#include <coil/task.h>

#include "loop/loop.h"

struct op_wait {
    struct op op;
    struct coil_future waiter;
    void (*done)(struct op_wait *wait); /* the last place to look into what the op lent; may be
                                           NULL */
};

/*
 * Submits wait->op and waits it out; a cancellation asks the driver to hurry. 0: the result is
 * op.result. -ECANCELED: the caller was cancelled, whatever the result is.
 */
coil_async int coil__op_wait(struct op_wait *wait, const char *what);

#endif
