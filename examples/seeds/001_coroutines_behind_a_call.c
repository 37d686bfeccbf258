/*
 * Seed 001, "Queuing work in a different thread", the end: a function that blocks the loop for 20,
 * and two coroutines behind it. They wait for the function to end, then run at the same time.
 */
#include <coil/coil.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static sem_t others_wait;

static struct coil_result more_work(void *x)
{
    printf("More work %d\n", (int)(intptr_t)x);
    usleep((unsigned)(intptr_t)x * 10 * 1000);
    while (sem_wait(&others_wait) != 0) /* mostly they do by now */
        ;
    printf("Finished more work %d\n", (int)(intptr_t)x);
    return coil_value(NULL);
}

static coil_async struct coil_result do_some_work(void *x)
{
    int err;

    printf("Waiting %d\n", (int)(intptr_t)x);
    err = coil_sleep((intptr_t)x * COIL_MS(10));
    printf("Waited %d\n", (int)(intptr_t)x);
    return coil_error(err);
}

int main(void)
{
    struct coil_thread *loop = coil_thread_open(NULL);
    struct coil_cfuture *jobs[3];

    sem_init(&others_wait, 0, 0);
    jobs[0] = coil_submit_call(loop, more_work, (void *)20);
    jobs[1] = coil_submit(loop, do_some_work, (void *)10);
    jobs[2] = coil_submit(loop, do_some_work, (void *)5);
    sem_post(&others_wait);
    for (int i = 0; i < 3; i++) {
        coil_cfuture_wait(jobs[i], COIL_FOREVER);
        coil_cfuture_unref(jobs[i]);
    }
    coil_thread_close(loop);
    return 0;
}
