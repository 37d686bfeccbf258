/*
 * Seed 002, AsyncioThreadLoop: a loop thread as a scope. An endless coroutine runs in it, another
 * one gives a result to the synchronous caller, and leaving the scope ends both. The endless one
 * is cancelled, not abandoned: it says goodbye.
 */
#include <coil/coil.h>
#include <stdio.h>
#include <unistd.h>

static coil_async struct coil_result get_task_result_coroutine(void *arg)
{
    (void)arg;
    return coil_number(1);
}

static coil_async struct coil_result loop_coroutine(void *arg)
{
    int err;

    (void)arg;
    do {
        printf("hello world!\n");
        err = coil_sleep(COIL_MS(100));
    } while (err == 0);
    printf("goodbye\n");
    return coil_error(err);
}

int main(void)
{
    struct coil_thread *loop = coil_thread_open(NULL);
    struct coil_cfuture *one;

    coil_cfuture_unref(coil_submit(loop, loop_coroutine, NULL));
    one = coil_submit(loop, get_task_result_coroutine, NULL);
    printf("%d\n", (int)coil_cfuture_result(one, COIL_FOREVER).status);
    coil_cfuture_unref(one);
    usleep(150 * 1000);
    coil_thread_close(loop);
    return 0;
}
