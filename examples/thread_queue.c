/*
 * Threads that know nothing of coroutines feed a queue on a loop: each has the loop put for it, and
 * is held up while the queue is full. (To take something out works the same way.)
 */
#include <coil/coil.h>
#include <pthread.h>
#include <stdio.h>

static struct coil_queue queue; /* touched on the loop's thread only */
static struct coil_thread *loop;

static coil_async struct coil_result put(void *number)
{
    return coil_error(coil_queue_put(&queue, number));
}

static coil_async struct coil_result add_up(void *sum)
{
    struct coil_result item = {0};

    for (int threads = 2; threads > 0 && item.status >= 0; threads -= item.value == NULL) {
        item = coil_queue_get(&queue);
        *(int *)sum += (int)(intptr_t)item.value;
    }
    return coil_error(item.status);
}

static int64_t put_here(intptr_t number)
{
    struct coil_cfuture *job = coil_submit(loop, put, (void *)number);
    int64_t status = coil_cfuture_result(job, COIL_FOREVER).status;

    coil_cfuture_unref(job);
    return status == -ENOMEM ? put_here(number) : status; /* there may be memory now */
}

static void *produce(void *after)
{
    for (intptr_t i = 1; i <= 50; i++)
        if (put_here((intptr_t)after + i) < 0)
            return NULL;
    put_here(0); /* there is no more */
    return NULL;
}

int main(void)
{
    pthread_t threads[2];
    struct coil_cfuture *consumer;
    int sum = 0, failed;

    coil_queue_init(&queue, 3);
    loop = coil_thread_open(NULL);
    consumer = coil_submit(loop, add_up, &sum);
    for (intptr_t i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, produce, (void *)(50 * i));
    failed = coil_cfuture_result(consumer, COIL_FOREVER).status < 0;
    coil_thread_stop(loop, NULL); /* whoever still puts is cancelled */
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("1 + 2 + ... + 100 = %d\n", sum);
    coil_thread_close(loop);
    coil_cfuture_unref(consumer);
    coil_queue_fini(&queue);
    return failed;
}
