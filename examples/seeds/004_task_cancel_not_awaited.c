/*
 * Seed 004, asyncio.Task, main_no_await: cancelling a task cancels what it waits for (joint
 * liability): t1, not t2. Nobody awaits the task, so nobody is told; t2 is cancelled when the
 * program ends.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result small_task(void *name)
{
    int err = coil_sleep(COIL_SECONDS(3600));

    if (err == -ECANCELED)
        printf("%d small_task(): cancel sleep\n", (int)(intptr_t)name);
    return coil_error(err);
}

static coil_async struct coil_result cancel_me(void *arg)
{
    struct coil_future *t1 = coil_create_task(small_task, (void *)1);
    struct coil_future *t2 = coil_create_task(small_task, (void *)2);
    struct coil_result r = coil_join(t1);

    (void)arg;
    if (r.status >= 0)
        return coil_join(t2);
    coil_future_unref(t2); /* it goes on, as it does in the seed */
    return r;
}

static coil_async struct coil_result main_no_await(void *arg)
{
    struct coil_future *task = coil_create_task(cancel_me, arg);

    coil_sleep(COIL_MS(50));
    coil_future_cancel(task, NULL);
    coil_sleep(COIL_MS(100));
    printf("main ends, cancel_me was cancelled: %s\n", coil_future_cancelled(task) ? "yes" : "no");
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return coil_run(main_no_await, NULL).status < 0;
}
