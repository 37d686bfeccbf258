/* Seed 002: a thread pool runs ordinary functions. The text needs a flag of its own to stop one of
 * them; here a job is told that it was cancelled. */
#include <coil/coil.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static sem_t said_it;

static struct coil_result loop_function(void *arg)
{
    int times = 0;

    (void)arg;
    for (; !coil_job_cancelled(); usleep(10 * 1000)) {
        if (times++ < 3)
            printf("hello world!\n");
        if (times == 3)
            sem_post(&said_it);
    }
    printf("told to stop\n");
    return coil_number(times >= 3);
}

static struct coil_result get_task_result_function(void *arg)
{
    (void)arg;
    return coil_number(1);
}

int main(void)
{
    struct coil_thread_pool_options options = {.threads = 2};
    struct coil_executor *pool = coil_thread_pool_open(&options);
    struct coil_cfuture *forever, *job;

    sem_init(&said_it, 0, 0);
    forever = coil_executor_submit(pool, loop_function, NULL);
    while (sem_wait(&said_it) != 0)
        ;
    job = coil_executor_submit(pool, get_task_result_function, NULL);
    printf("result: %d\n", (int)coil_cfuture_result(job, COIL_FOREVER).status);
    coil_cfuture_unref(job);

    coil_cfuture_cancel(forever);
    printf("it ran: %d\n", (int)coil_cfuture_result(forever, COIL_FOREVER).status);
    coil_cfuture_unref(forever);
    coil_executor_close(pool); /* not in a task */
}
