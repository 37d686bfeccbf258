#include "common/workers.h"

static struct coil_queue queue;

static coil_async struct coil_result consumer(void *name)
{
    for (int i = 0; i < 2; i++)
        say("%s gets %s", (char *)name, told(coil_queue_get(&queue)));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    static const char *const items[] = {"2", "3", "4", "5", "6", "7"};
    struct coil_future *tasks[] = {coil_create_task(consumer, word("a")),
                                   coil_create_task(consumer, word("b"))};

    (void)arg;
    coil_queue_init(&queue, 0);
    coil_sleep(COIL_SECONDS(1));
    coil_queue_put(&queue, word("1"));
    coil_sleep(COIL_SECONDS(1));
    for (int i = 0; i < 3; i++)
        coil_queue_put_nowait(&queue, word(items[i]));
    coil_wait(tasks, 2, COIL_FOREVER, COIL_ALL_COMPLETED);
    release(tasks, 2);
    for (int i = 3; i < 6; i++)
        coil_queue_put(&queue, word(items[i]));
    say("size: %d", (int)coil_queue_size(&queue));
    for (int i = 0; i < 3; i++)
        say("got %s", told(coil_queue_get(&queue)));
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
