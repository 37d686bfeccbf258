/*
 * Seed 000, "AsyncIO Base": three calls at once, gathered, from a synchronous main. (300 ms, not 3
 * s.) The results lie in an array of the caller's: no list is made only to be unpacked.
 */
#include <coil/coil.h>
#include <stdio.h>
#include <string.h>

static coil_async struct coil_result some_func(void *number)
{
    int err = coil_sleep(COIL_MS(300));

    return err ? coil_error(err) : coil_number((intptr_t)number);
}

static coil_async struct coil_result gather_func(void *results)
{
    struct coil_future *call[3];
    struct coil_future *all;
    struct coil_result r;

    for (intptr_t i = 0; i < 3; i++)
        call[i] = coil_create_task(some_func, (void *)(i + 1));
    all = coil_gather(call, 3, COIL_TAKE_REFS);
    r = coil_await(all);
    if (r.status >= 0)
        memcpy(results, r.value, 3 * sizeof(struct coil_result));
    coil_future_unref(all);
    return r;
}

int main(void)
{
    struct coil_result results[3];

    if (coil_run(gather_func, results).status < 0)
        return 1;
    printf("[%d, %d, %d]\n", (int)results[0].status, (int)results[1].status,
           (int)results[2].status);
    return 0;
}
