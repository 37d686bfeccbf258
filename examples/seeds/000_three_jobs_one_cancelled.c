/*
 * Seed 000, the last program: three jobs submitted from the main thread, one of them cancelled. In
 * asyncio the handle of a cancelled job is done before the job has unwound; here its result is
 * what the job ended with, so a job that cleans up, or refuses, is told truly.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result some_func(void *number)
{
    int err = coil_sleep(number == (void *)1 ? COIL_SECONDS(3600) : COIL_MS(300));

    return err ? coil_error(err) : coil_number((intptr_t)number);
}

int main(void)
{
    struct coil_thread *loop = coil_thread_open(NULL);
    struct coil_cfuture *job[3];

    for (intptr_t i = 0; i < 3; i++)
        job[i] = coil_submit(loop, some_func, (void *)(i + 1));
    coil_cfuture_cancel(job[0]); /* any one, any time; this one has an hour left */
    for (int i = 0; i < 3; i++) {
        struct coil_result r = coil_cfuture_result(job[i], COIL_FOREVER);

        if (r.status == -ECANCELED)
            printf("Task %d cancelled\n", i);
        else
            printf("Task %d result: %d\n", i, (int)r.status);
        coil_cfuture_unref(job[i]);
    }
    coil_thread_close(loop);
    return 0;
}
