#include "common/workers.h"

static struct coil_queue queue;

static coil_async struct coil_result putter(void *name)
{
    int err = coil_queue_put(&queue, name);

    if (!err)
        say("%s is in", (char *)name);
    return coil_error(err);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {coil_create_task(putter, word("a")),
                                   coil_create_task(putter, word("b")),
                                   coil_create_task(putter, word("c"))};
    const char *got;

    (void)arg;
    coil_queue_init(&queue, 1);
    coil_queue_put_nowait(&queue, word("first"));
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(tasks[0], NULL);
    tell("a", coil_join(tasks[0]));
    say("got %s", told(coil_queue_get_nowait(&queue)));
    coil_future_cancel(tasks[1], NULL);
    tell("b", coil_join(tasks[1]));
    tell("c", coil_join(tasks[2]));
    got = told(coil_queue_get_nowait(&queue));
    say("got %s, size: %d", got, (int)coil_queue_size(&queue));
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
