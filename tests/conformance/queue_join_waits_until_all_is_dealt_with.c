#include "common/workers.h"

static struct coil_queue queue;

static coil_async struct coil_result consumer(void *arg)
{
    (void)arg;
    for (;;) {
        struct coil_result item = coil_queue_get(&queue);

        if (item.status < 0)
            return item;
        coil_sleep(COIL_SECONDS(1));
        say("%s is dealt with", told(item));
        coil_queue_task_done(&queue);
    }
}

static coil_async struct coil_result program(void *arg)
{
    static const char *const items[] = {"a", "b", "c"};
    struct coil_future *task;

    (void)arg;
    coil_queue_init(&queue, 0);
    coil_queue_join(&queue);
    say("nothing to wait for");
    for (int i = 0; i < 3; i++)
        coil_queue_put_nowait(&queue, word(items[i]));
    task = coil_create_task(consumer, NULL);
    coil_queue_join(&queue);
    say("joined, size: %d", (int)coil_queue_size(&queue));
    coil_future_cancel(task, NULL);
    say("%s", told_status(coil_queue_task_done(&queue)));
    tell("consumer", coil_join(task));
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
