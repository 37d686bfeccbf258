/*
 * Seed 004, main_await: a gather cancelled and then awaited. The await tells -ECANCELED, the main
 * coroutine hands it on, and so does coil_run: three plain returns instead of an exception through
 * three frames.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result keep_printing(void *number)
{
    int err;

    do {
        printf("%d\n", (int)(intptr_t)number);
        err = coil_sleep(COIL_MS(100));
    } while (err == 0);
    printf("%d: ah cancelled!\n", (int)(intptr_t)number);
    return coil_error(err);
}

static coil_async struct coil_result main_await(void *arg)
{
    struct coil_future *tasks[3];
    struct coil_future *group;

    (void)arg;
    for (intptr_t i = 0; i < 3; i++)
        tasks[i] = coil_create_task(keep_printing, (void *)(i + 1));
    group = coil_gather(tasks, 3, COIL_TAKE_REFS);
    coil_sleep(COIL_MS(50));
    coil_future_cancel(group, NULL);
    return coil_join(group);
}

int main(void)
{
    printf("main: %s\n", coil_strerror(coil_run(main_await, NULL).status));
    return 0;
}
