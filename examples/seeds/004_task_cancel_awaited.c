/*
 * Seed 004, asyncio.Task, main_await: the cancelled task is awaited and tells -ECANCELED, with the
 * reason and the line that asked. (The seed awaits what cancel() returns, a TypeError; the
 * compiler refuses that here.)
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

static coil_async struct coil_result main_await(void *arg)
{
    struct coil_future *task = coil_create_task(cancel_me, arg);
    const struct coil_exception *why;
    struct coil_result r;

    coil_sleep(COIL_MS(50));
    coil_future_cancel(task, "main has changed its mind");
    r = coil_await(task);
    why = coil_future_exception(task);
    printf("%s (%s)\n", coil_exception_text(why), coil_exception_place(why));
    coil_future_unref(task);
    return r;
}

int main(void)
{
    printf("main: %s\n", coil_strerror(coil_run(main_await, NULL).status));
    return 0;
}
