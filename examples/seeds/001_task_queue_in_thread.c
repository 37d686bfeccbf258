/*
 * Seed 001, "Queuing work in a different thread": plain functions, which block, run one after the
 * other on the thread of the loop: a task queue. call_soon_threadsafe gives no handle to wait for;
 * coil_submit_call gives a future.
 */
#include <coil/coil.h>
#include <stdio.h>
#include <unistd.h>

static struct coil_result more_work(void *x)
{
    printf("More work %d\n", (int)(intptr_t)x);
    usleep((unsigned)(intptr_t)x * 10 * 1000);
    printf("Finished more work %d\n", (int)(intptr_t)x);
    return coil_value(NULL);
}

int main(void)
{
    struct coil_thread *loop = coil_thread_open(NULL);
    struct coil_cfuture *six = coil_submit_call(loop, more_work, (void *)6);
    struct coil_cfuture *three = coil_submit_call(loop, more_work, (void *)3);

    coil_cfuture_wait(three, COIL_FOREVER); /* we were not blocked until here */
    printf("six is done: %s\n", coil_cfuture_done(six) ? "yes" : "no");
    coil_cfuture_unref(six);
    coil_cfuture_unref(three);
    coil_thread_close(loop);
    return 0;
}
