/*
 * Three jobs on a loop in its own thread: one is cancelled, two give their results, and the main
 * thread is free all the while. This is the program of the README.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result count_to(void *number)
{
    for (intptr_t i = 1; i <= (intptr_t)number; i++)
        if (coil_sleep(COIL_MS(50)) < 0)
            return coil_error(-ECANCELED);
    return coil_number((intptr_t)number);
}

int main(void)
{
    struct coil_thread *loop = coil_thread_open(NULL); /* a loop in its own thread */
    struct coil_cfuture *job[3];

    for (intptr_t i = 0; i < 3; i++)
        job[i] = coil_submit(loop, count_to, (void *)(i + 1));
    coil_cfuture_cancel(job[1]); /* any one, any time */
    for (int i = 0; i < 3; i++) {
        struct coil_result r = coil_cfuture_result(job[i], COIL_SECONDS(5));

        if (r.status < 0)
            printf("job %d: %s\n", i, coil_strerror(r.status));
        else
            printf("job %d counted to %d\n", i, (int)r.status);
        coil_cfuture_unref(job[i]);
    }
    coil_thread_close(loop); /* cancels what is left, joins */
    return 0;
}
