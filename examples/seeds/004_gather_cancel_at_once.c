/*
 * Seed 004, main_no_await: a gather cancelled before its children began; they never run. asyncio
 * then complains that "_GatheringFuture exception was never retrieved", and says cancelled() is
 * False. A cancelled gather is cancelled here, and nothing is left to retrieve.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result keep_printing(void *number)
{
    int err;

    do {
        printf("%d\n", (int)(intptr_t)number);
        err = coil_sleep(COIL_MS(50));
    } while (err == 0);
    printf("ah cancelled!\n");
    return coil_error(err);
}

static coil_async struct coil_result main_no_await(void *arg)
{
    struct coil_future *tasks[3];
    struct coil_future *group;

    (void)arg;
    for (intptr_t i = 0; i < 3; i++)
        tasks[i] = coil_create_task(keep_printing, (void *)(i + 1));
    group = coil_gather(tasks, 3, COIL_TAKE_REFS);
    coil_future_cancel(group, NULL);
    coil_sleep(COIL_MS(100));
    printf("cancelled: %s\n", coil_future_cancelled(group) ? "yes" : "no");
    coil_future_unref(group);
    return coil_value(NULL);
}

int main(void)
{
    return coil_run(main_no_await, NULL).status < 0;
}
