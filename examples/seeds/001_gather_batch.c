/*
 * Seed 001, "Scheduling": two tasks of 2 and 5 (tenths of a second) in one batch take 5, not 7.
 * gather takes the references of its children over, so the batch is one thing to keep and to give
 * up.
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
    struct coil_future *tasks[2];
    struct coil_future *batch;
    int64_t start;

    if (coil_loop_open(NULL, &loop) < 0)
        return 1;
    start = coil_loop_time(loop);
    options.loop = loop;
    tasks[0] = coil_create_task_with(do_some_work, (void *)2, &options);
    tasks[1] = coil_create_task_with(do_some_work, (void *)5, &options);
    batch = coil_gather(tasks, 2, COIL_TAKE_REFS);
    coil_loop_run_until_complete(loop, batch);
    printf("%.1f s\n", (double)(coil_loop_time(loop) - start) / 1e9);
    coil_future_unref(batch);
    coil_loop_close(loop);
    return 0;
}
