/*
 * Seed 000, "AsyncIO + Thread": the loop has a thread of its own, the main thread polls the job
 * and stays free. Thread, loop and their end are one object; closing it cancels what is left, and
 * leaves no handle pending.
 */
#include <coil/coil.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static coil_async struct coil_result some_func(void *number)
{
    int err = coil_sleep(COIL_MS(250));

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
    struct coil_thread *loop = coil_thread_open(NULL);
    struct coil_cfuture *job = coil_submit(loop, gather_func, results);

    while (!coil_cfuture_done(job)) {
        usleep(100 * 1000);
        printf("Concurrency is done: %s\n", coil_cfuture_done(job) ? "yes" : "no");
    }
    if (coil_cfuture_result(job, COIL_FOREVER).status >= 0)
        printf("[%d, %d, %d]\n", (int)results[0].status, (int)results[1].status,
               (int)results[2].status);
    coil_cfuture_unref(job);
    coil_thread_close(loop);
    return 0;
}
