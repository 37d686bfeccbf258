/* Waiting for a job to its end, in a task or not. */
#include "work/join.h"

#include <coil/gather.h>

#include "mach/clock.h"
#include "mach/thread.h"
#include "task/task.h"

#define PAUSE COIL_MS(1)

bool coil__joins_in_task(void)
{
    struct coil_loop *loop = coil__loop_running;

    return loop != NULL && !loop->closing && coil__task_can_await(loop);
}

static coil_async int wait_in_task(struct coil_cfuture *job)
{
    struct coil_future *wrap = coil_wrap_future(job);
    int64_t n = coil_wait(&wrap, 1, COIL_FOREVER, COIL_ALL_COMPLETED);

    if (n > 0 && !coil_cfuture_done(job))
        n = coil_future_result(wrap).status;
    coil_future_unref(wrap);
    return n < 0 ? (int)n : 0;
}

/* Memory is out: some may come back. */
coil_async int coil__join_pause(void)
{
    static const uint32_t never;

    return coil__joins_in_task() ? coil_sleep(PAUSE)
                                 : coil__mach_futex_wait(&never, 0, mach_now() + PAUSE);
}

coil_async int coil__join(struct coil_cfuture *job, bool obeys)
{
    int asked = 0, err;

    while (!coil_cfuture_done(job)) {
        err = coil__joins_in_task() ? wait_in_task(job) : coil_cfuture_wait(job, COIL_FOREVER);
        if (err == -ENOMEM)
            err = coil__join_pause();
        if (err == -ECANCELED || err == -EINTR) {
            asked = err;
            if (obeys)
                coil_cfuture_cancel(job);
        } else if (err != 0 && err != -ETIMEDOUT) {
            return err;
        }
    }
    return asked;
}
