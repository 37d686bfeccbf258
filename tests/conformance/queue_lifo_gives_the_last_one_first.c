#include "common/conformance.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_queue queue;

    (void)arg;
    coil_lifo_queue_init(&queue, 3);
    coil_queue_put(&queue, word("a"));
    coil_queue_put(&queue, word("b"));
    coil_queue_put(&queue, word("c"));
    say("full: %s", yes(coil_queue_full(&queue)));
    say("got %s", told(coil_queue_get(&queue)));
    coil_queue_put(&queue, word("d"));
    while (coil_queue_size(&queue) > 0)
        say("got %s", told(coil_queue_get_nowait(&queue)));
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
