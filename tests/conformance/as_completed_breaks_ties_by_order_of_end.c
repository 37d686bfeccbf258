#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {START("a", COIL_SECONDS(2)), START("b", COIL_SECONDS(1)),
                                   START("c", COIL_SECONDS(1)), START("d", COIL_SECONDS(1))};
    struct coil_as_completed *ended = coil_as_completed_open(tasks, 4, COIL_FOREVER);
    struct coil_result next;

    (void)arg;
    while ((next = coil_as_completed_next(ended)).status != -COIL_EENDED) {
        tell("next", coil_await(next.value));
        coil_sleep(COIL_SECONDS(3));
    }
    say("end");
    coil_as_completed_close(ended);
    release(tasks, 4);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
