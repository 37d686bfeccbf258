#include "common/conformance.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_queue queue;

    (void)arg;
    coil_queue_init(&queue, 1);
    say("get: %s", told(coil_queue_get_nowait(&queue)));
    say("put: %s", told_status(coil_queue_put_nowait(&queue, word("a"))));
    say("put: %s", told_status(coil_queue_put_nowait(&queue, word("b"))));
    say("size: %d, full: %s", (int)coil_queue_size(&queue), yes(coil_queue_full(&queue)));
    say("get: %s", told(coil_queue_get_nowait(&queue)));
    say("size: %d, full: %s", (int)coil_queue_size(&queue), yes(coil_queue_full(&queue)));
    coil_queue_fini(&queue);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
