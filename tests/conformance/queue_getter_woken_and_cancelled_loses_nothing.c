#include "common/workers.h"

static struct coil_queue queue;

static coil_async struct coil_result getter(void *name)
{
    struct coil_result item = coil_queue_get(&queue);

    if (item.status < 0)
        return item;
    say("%s gets %s", (char *)name, told(item));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a = coil_create_task(getter, word("a"));
    struct coil_future *b = coil_create_task(getter, word("b"));
    struct coil_future *c;
    int size;

    (void)arg;
    coil_queue_init(&queue, 0);
    coil_sleep(COIL_SECONDS(1));
    count_turns(3);
    coil_queue_put_nowait(&queue, word("first"));
    coil_future_cancel(a, NULL);
    tell("a", coil_join(a));
    tell("b", coil_join(b));
    c = coil_create_task(getter, word("c"));
    coil_sleep(COIL_SECONDS(1));
    coil_queue_put_nowait(&queue, word("second"));
    coil_future_cancel(c, NULL);
    tell("c", coil_join(c));
    size = (int)coil_queue_size(&queue);
    say("size: %d, %s", size, told(coil_queue_get(&queue)));
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
