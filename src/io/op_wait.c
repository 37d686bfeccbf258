#include "io/op_wait.h"

#include <assert.h>

#include "task/task.h"

static_assert(offsetof(struct op, mine) == CACHE_LINE &&
                  offsetof(struct op_wait, waiter) == 2 * CACHE_LINE &&
                  sizeof(struct op_wait) == 3 * CACHE_LINE,
              "what an answer touches is in the first line and in the last");

static void op_done(struct op *op)
{
    struct op_wait *wait = container_of(op, struct op_wait, op);

    if (wait->done != NULL)
        wait->done(wait);
    future_wake(&wait->waiter);
}

/* Whether something has happened in the world that the caller must hear of. */
static bool took_effect(const struct op *op)
{
    return op->result >= 0 && op->kind != OP_POLL && op->kind != OP_CALL;
}

/*
 * The op was faster than the cancellation: its result is told, for a byte received or a connection
 * accepted would be lost otherwise, and the cancellation comes with the next await.
 */
static int finish_cancelled(struct coil_loop *loop, const struct op *op)
{
    if (!took_effect(op))
        return -ECANCELED;
    task_of(loop->current)->flags |= TASK_MUST_CANCEL;
    return 0;
}

/* Woken before the op is over: it is asked to end, and waited for all the same. A loop that closes
 * takes nothing new: then nothing is out, and the wait never ends. */
static COLD coil_async int wait_on(struct op_wait *wait, struct task *task, bool lent)
{
    struct coil_loop *loop = task->future.loop;

    do {
        const char *what = wait->waiter.place;

        future_fini_waiter(&wait->waiter);
        future_init_waiter(&wait->waiter, loop, what);
        if (lent)
            coil__drive_cancel(loop->driver, &wait->op);
        task_await_own(loop, task, &wait->waiter);
    } while (!lent || wait->op.state != OP_IDLE);
    future_fini_waiter(&wait->waiter);
    return finish_cancelled(loop, &wait->op);
}

coil_async int coil__op_wait(struct op_wait *wait, const char *what)
{
    struct task *task = coil__task_here(what);
    struct coil_loop *loop = task->future.loop;
    bool lent = !loop->closing;
    int64_t woken;

    wait->op.done = op_done;
    if (unlikely(task->near == NULL))
        task->near = wait; /* the frames around it, at least */
    loop->attempts = 0;    /* others have their turn now */
    future_init_waiter(&wait->waiter, loop, what);
    if (likely(lent))
        coil__drive_submit(loop->driver, &wait->op);
    woken = task_await_own(loop, task, &wait->waiter).status;
    if (unlikely(!lent || wait->op.state != OP_IDLE))
        return wait_on(wait, task, lent);
    future_fini_waiter(&wait->waiter);
    return unlikely(woken == -ECANCELED) ? finish_cancelled(loop, &wait->op) : (int)woken;
}

coil_async int coil__op_never(const char *what)
{
    struct op_wait wait = {.op = {.kind = OP_CALL}};

    return coil__op_wait(&wait, what);
}

coil_async int coil__op_try(struct op_wait *wait, const char *what)
{
    return op_attempt(loop_here(what), &wait->op) ? 0 : coil__op_wait(wait, what);
}

coil_async int64_t coil__op_run(struct op_wait *wait, const char *what)
{
    int err = coil__op_try(wait, what);

    return err != 0 ? err : wait->op.result;
}
