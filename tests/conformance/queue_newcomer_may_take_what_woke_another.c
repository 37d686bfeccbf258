#include "common/workers.h"

static struct coil_queue queue;

static coil_async struct coil_result getter(void *name)
{
    say("%s gets %s", (char *)name, told(coil_queue_get(&queue)));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {coil_create_task(getter, word("a")),
                                   coil_create_task(getter, word("b"))};

    (void)arg;
    coil_queue_init(&queue, 0);
    coil_sleep(COIL_SECONDS(1));
    coil_queue_put_nowait(&queue, word("first"));
    say("main gets %s", told(coil_queue_get(&queue)));
    coil_sleep(COIL_SECONDS(1));
    coil_queue_put_nowait(&queue, word("second"));
    coil_sleep(COIL_SECONDS(1));
    coil_queue_put_nowait(&queue, word("third"));
    coil_wait(tasks, 2, COIL_FOREVER, COIL_ALL_COMPLETED);
    release(tasks, 2);
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
