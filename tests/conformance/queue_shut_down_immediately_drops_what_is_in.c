#include "common/workers.h"

static coil_async struct coil_result getter(void *queue)
{
    return coil_queue_get(queue);
}

static coil_async struct coil_result joiner(void *queue)
{
    coil_queue_join(queue);
    say("joined");
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_queue queue;
    struct coil_future *task;

    (void)arg;
    coil_queue_init(&queue, 0);
    coil_queue_put_nowait(&queue, word("a"));
    coil_queue_put_nowait(&queue, word("b"));
    task = coil_create_task(joiner, &queue);
    coil_sleep(COIL_SECONDS(1));
    coil_queue_shutdown(&queue, true, NULL);
    say("size: %d", (int)coil_queue_size(&queue));
    coil_join(task);
    tell("get", coil_queue_get(&queue));
    tell_status("put", coil_queue_put(&queue, word("c")));
    coil_queue_fini(&queue);
    coil_queue_init(&queue, 0);
    task = coil_create_task(getter, &queue);
    coil_sleep(COIL_SECONDS(1));
    coil_queue_shutdown(&queue, true, NULL);
    tell("getter", coil_join(task));
    coil_queue_shutdown(&queue, false, NULL);
    tell("get", coil_queue_get(&queue));
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
