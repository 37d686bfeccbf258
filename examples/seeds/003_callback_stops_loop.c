/*
 * Seed 003, the last program: a task on a loop made by hand, and a callback that prints its result
 * and stops the loop, as run_forever needs (in the seed commented out, because run_until_complete
 * stops by itself).
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result coro(void *text)
{
    int err = coil_sleep(COIL_MS(50));

    return err ? coil_error(err) : coil_value(text);
}

static void callback_add(struct coil_future *future, void *loop)
{
    printf("%s\n", (char *)coil_future_result(future).value);
    coil_loop_stop(loop);
}

int main(void)
{
    char text[] = "Coroutine is done!";
    struct coil_task_options options = {0};
    struct coil_loop *loop;
    struct coil_future *task;
    struct coil_done done;

    if (coil_loop_open(NULL, &loop) < 0)
        return 1;
    options.loop = loop;
    task = coil_create_task_with(coro, text, &options);
    coil_future_add_done_callback(task, &done, callback_add, loop);
    coil_loop_run_forever(loop);
    coil_future_unref(task);
    coil_loop_close(loop);
    return 0;
}
