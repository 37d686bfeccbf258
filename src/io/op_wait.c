#include "io/op_wait.h"

static void op_done(struct op *op)
{
    struct op_wait *wait = container_of(op, struct op_wait, op);

    if (wait->done != NULL)
        wait->done(wait);
    future_wake(&wait->waiter);
}

coil_async int coil__op_wait(struct op_wait *wait, const char *what)
{
    struct coil_loop *loop = loop_here(what);
    bool lent = !loop->closing; /* a loop that closes takes nothing new: then the wait never ends */
    struct coil_result woken;
    int cancelled = 0;

    wait->op.done = op_done;
    future_init_waiter(&wait->waiter, loop, what);
    if (lent)
        coil__drive_submit(loop->driver, &wait->op);
    for (;;) {
        woken = coil_await(&wait->waiter);
        future_fini_waiter(&wait->waiter);
        if (lent && wait->op.state == OP_IDLE)
            return cancelled != 0 ? cancelled : (int)woken.status;
        cancelled = -ECANCELED;
        future_init_waiter(&wait->waiter, loop, what);
        if (lent)
            coil__drive_cancel(loop->driver, &wait->op);
    }
}
