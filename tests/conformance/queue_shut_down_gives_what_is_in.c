#include "common/workers.h"

static coil_async struct coil_result putter(void *queue)
{
    return coil_error(coil_queue_put(queue, word("too late")));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_queue queue;
    struct coil_future *task;

    (void)arg;
    coil_queue_init(&queue, 2);
    coil_queue_put_nowait(&queue, word("a"));
    coil_queue_put_nowait(&queue, word("b"));
    task = coil_create_task(putter, &queue);
    coil_sleep(COIL_SECONDS(1));
    coil_queue_shutdown(&queue, false, NULL);
    tell("putter", coil_join(task));
    tell_status("put", coil_queue_put(&queue, word("c")));
    tell("get", coil_queue_get(&queue));
    tell("get", coil_queue_get(&queue));
    tell("get", coil_queue_get(&queue));
    coil_queue_task_done(&queue);
    coil_queue_task_done(&queue);
    coil_queue_join(&queue);
    say("joined");
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
