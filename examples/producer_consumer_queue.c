/*
 * A producer, a bounded queue, two consumers. The producer waits when the queue is full, the
 * consumers when it is empty; shutting the queue down lets them drain it and go home.
 */
#include <coil/coil.h>
#include <stdio.h>

static struct coil_queue queue;

static coil_async struct coil_result produce(void *items)
{
    int err = 0;

    for (intptr_t i = 1; i <= (intptr_t)items && err == 0; i++)
        err = coil_queue_put(&queue, (void *)i);
    coil_queue_shutdown(&queue, false, NULL);
    return coil_error(err);
}

static coil_async struct coil_result consume(void *name)
{
    struct coil_result item;
    int64_t eaten = 0;

    while ((item = coil_queue_get(&queue)).status >= 0) {
        printf("%s takes %d\n", (char *)name, (int)(intptr_t)item.value);
        coil_sleep(COIL_MS(10));
        coil_queue_task_done(&queue);
        eaten++;
    }
    return item.status == -COIL_ESHUTDOWN ? coil_number(eaten) : item;
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    static char names[2][6] = {"Anna", "Boris"};
    struct coil_future *consumers[2];

    coil_queue_init(&queue, 3);
    for (int i = 0; i < 2; i++)
        consumers[i] = coil_create_task(consume, names[i]);
    coil_join(coil_create_task(produce, arg));
    for (int i = 0; i < 2; i++)
        printf("%s took %d\n", names[i], (int)coil_join(consumers[i]).status);
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return coil_run(main_coroutine, (void *)6).status < 0;
}
