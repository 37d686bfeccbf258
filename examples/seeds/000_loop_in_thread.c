/*
 * Seed 000, "AsyncIO + Thread": the loop has a thread of its own, the main thread polls the job
 * and stays free. Thread, loop and their end are one object; closing it cancels what is left, and
 * leaves no handle pending.
 */
#include <coil/coil.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static coil_async struct coil_result some_func(void *number)
{
    int err = coil_sleep(COIL_MS(250));

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
    struct coil_thread *loop = coil_thread_open(NULL);
    struct coil_cfuture *job = coil_submit(loop, gather_func, NULL);
    struct coil_result *results;
    bool done;

    do {
        done = coil_cfuture_done(job);
        printf("Concurrency is done: %s\n", done ? "yes" : "no");
        usleep(100 * 1000);
    } while (!done);
    results = coil_cfuture_take(job, COIL_FOREVER).value;
    printf("[%d, %d, %d]\n", (int)results[0].status, (int)results[1].status,
           (int)results[2].status);
    free(results);
    coil_cfuture_unref(job);
    coil_thread_close(loop);
    return 0;
}
