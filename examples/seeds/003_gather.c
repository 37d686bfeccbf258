/*
 * Seed 003, asyncio.gather: hi(1), hi(2), hi(3) together take 3. (The seed forgets to create hi's:
 * it gathers coroutines. Here a task is made where it says so, and gather only collects.)
 */
#include <coil/coil.h>
#include <stdio.h>
#include <stdlib.h>

static coil_async struct coil_result hi(void *n)
{
    int err = coil_sleep((intptr_t)n * COIL_MS(100));

    printf("hi %d\n", (int)(intptr_t)n);
    return coil_error(err);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_future *tasks[3];
    int64_t start = coil_time();
    struct coil_result r;

    (void)arg;
    for (intptr_t i = 0; i < 3; i++)
        tasks[i] = coil_create_task(hi, (void *)(i + 1));
    r = coil_join(coil_gather(tasks, 3, COIL_TAKE_REFS));
    printf("%.1f s\n", (double)(coil_time() - start) / 1e9);
    free(r.value); /* three results */
    return coil_error(r.status);
}

int main(void)
{
    return coil_run(main_coroutine, NULL).status < 0;
}
