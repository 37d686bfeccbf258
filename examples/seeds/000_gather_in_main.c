/*
 * Seed 000, "AsyncIO Base": three calls at once, gathered, from a synchronous main. (300 ms, not
 * 3 s.) The list of results is an array of three, and whoever joins the gather owns it.
 */
#include <coil/coil.h>
#include <stdio.h>
#include <stdlib.h>

static coil_async struct coil_result some_func(void *number)
{
    int err = coil_sleep(COIL_MS(300));

    return err ? coil_error(err) : coil_number((intptr_t)number);
}

static coil_async struct coil_result gather_func(void *arg)
{
    struct coil_future *call[3];

    (void)arg;
    for (intptr_t i = 0; i < 3; i++)
        call[i] = coil_create_task(some_func, (void *)(i + 1));
    return coil_join(coil_gather(call, 3, COIL_TAKE_REFS));
}

int main(void)
{
    struct coil_result r = coil_run(gather_func, NULL);
    struct coil_result *results = r.value;

    if (r.status < 0)
        return 1;
    printf("[%d, %d, %d]\n", (int)results[0].status, (int)results[1].status,
           (int)results[2].status);
    free(results);
    return 0;
}
