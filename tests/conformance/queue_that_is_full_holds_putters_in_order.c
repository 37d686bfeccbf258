#include "common/workers.h"

static struct coil_queue queue;

static coil_async struct coil_result producer(void *name)
{
    coil_queue_put(&queue, name);
    say("%s is in, full: %s", (char *)name, yes(coil_queue_full(&queue)));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    struct coil_future *tasks[5];

    (void)arg;
    coil_queue_init(&queue, 2);
    for (int i = 0; i < 5; i++)
        tasks[i] = coil_create_task(producer, word(names[i]));
    coil_yield();
    while (coil_queue_size(&queue) > 0) {
        const char *got;

        coil_sleep(COIL_SECONDS(1));
        got = told(coil_queue_get_nowait(&queue));
        say("got %s, full: %s", got, yes(coil_queue_full(&queue)));
        coil_yield();
    }
    coil_wait(tasks, 5, COIL_FOREVER, COIL_ALL_COMPLETED);
    release(tasks, 5);
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
