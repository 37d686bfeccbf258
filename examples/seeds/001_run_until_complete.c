/*
 * Seed 001, "Scheduling": a coroutine on a loop made by hand. The call blocks until the coroutine
 * has ended. A loop is passed by hand as well: no "current loop" of a thread that does not run
 * one.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result do_some_work(void *x)
{
    printf("Waiting %d\n", (int)(intptr_t)x);
    return coil_error(coil_sleep((intptr_t)x * COIL_MS(100)));
}

int main(void)
{
    struct coil_task_options options = {0};
    struct coil_loop *loop;
    struct coil_future *task;
    struct coil_result r;

    if (coil_loop_open(NULL, &loop) < 0)
        return 1;
    options.loop = loop;
    task = coil_create_task_with(do_some_work, (void *)5, &options);
    r = coil_loop_run_until_complete(loop, task);
    printf("%s\n", coil_strerror(r.status));
    coil_future_unref(task);
    coil_loop_close(loop);
    return 0;
}
