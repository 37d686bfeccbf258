/*
 * Seed 004, main_no_await_cancel_later: a gather cancelled while its children run, and nobody
 * awaits it. Each child sees the cancellation before the program ends; asyncio's report about an
 * exception never retrieved has no counterpart.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result keep_printing(void *number)
{
    int64_t start = coil_time();
    int err;

    do {
        printf("%d at %.2f\n", (int)(intptr_t)number, (double)(coil_time() - start) / 1e9);
        err = coil_sleep(COIL_MS(100));
    } while (err == 0);
    printf("%d: ah cancelled!\n", (int)(intptr_t)number);
    return coil_error(err);
}

static coil_async struct coil_result main_no_await_cancel_later(void *arg)
{
    struct coil_future *tasks[3];
    struct coil_future *group;

    (void)arg;
    for (intptr_t i = 0; i < 3; i++)
        tasks[i] = coil_create_task(keep_printing, (void *)(i + 1));
    group = coil_gather(tasks, 3, COIL_TAKE_REFS);
    coil_sleep(COIL_MS(150));
    coil_future_cancel(group, NULL);
    coil_future_unref(group);
    return coil_value(NULL);
}

int main(void)
{
    return coil_run(main_no_await_cancel_later, NULL).status < 0;
}
