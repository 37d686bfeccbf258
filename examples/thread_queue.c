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
    struct coil_result item;

    while ((item = coil_queue_get(&queue)).status >= 0 && item.value != NULL)
        *(int *)sum += (int)(intptr_t)item.value;
    return coil_error(item.status);
}

static void wait_for(struct coil_cfuture *job)
{
    coil_cfuture_wait(job, COIL_FOREVER);
    coil_cfuture_unref(job);
}

static void *produce(void *first)
{
    for (intptr_t i = 0; i < 50; i++)
        wait_for(coil_submit(loop, put, (void *)((intptr_t)first + i)));
    return NULL;
}

int main(void)
{
    pthread_t threads[2];
    struct coil_cfuture *consumer;
    int sum = 0;

    coil_queue_init(&queue, 3);
    loop = coil_thread_open(NULL);
    consumer = coil_submit(loop, add_up, &sum);
    pthread_create(&threads[0], NULL, produce, (void *)1);
    pthread_create(&threads[1], NULL, produce, (void *)51);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    wait_for(coil_submit(loop, put, NULL)); /* there is no more */
    wait_for(consumer);
    printf("1 + 2 + ... + 100 = %d\n", sum);
    coil_thread_close(loop);
    coil_queue_fini(&queue);
    return 0;
}
