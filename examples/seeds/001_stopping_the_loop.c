/*
 * Seed 001, "Stopping the loop": run for ever, be stopped, cancel all tasks, close. The seed
 * closes right after cancel(), so its tasks never see it ("Task was destroyed but it is
 * pending!"); here the loop runs until they have unwound.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result endless(void *number)
{
    int err = coil_sleep(COIL_FOREVER);

    printf("task %d: %s\n", (int)(intptr_t)number, coil_strerror(err));
    return coil_error(err);
}

static void interrupt(void *loop)
{
    printf("stop\n");
    coil_loop_stop(loop);
}

static void cancel_all(struct coil_loop *loop)
{
    struct coil_future *tasks[8];
    size_t n = coil_all_tasks(loop, tasks, 8);
    struct coil_future *all = coil_gather(tasks, n, COIL_RETURN_EXCEPTIONS);

    coil_future_cancel(all, "the program ends");
    coil_loop_run_until_complete(loop, all); /* not in a task */
    coil_future_unref(all);
}

int main(void)
{
    struct coil_task_options options = {0};
    struct coil_loop *loop;
    struct coil_call later;

    if (coil_loop_open(NULL, &loop) < 0)
        return 1;
    options.loop = loop;
    for (intptr_t i = 1; i <= 2; i++)
        coil_future_unref(coil_create_task_with(endless, (void *)i, &options));
    coil_call_init(&later, interrupt, loop);
    coil_call_later(loop, &later, COIL_MS(50));
    coil_loop_run_forever(loop);
    cancel_all(loop);
    coil_loop_close(loop);
    return 0;
}
