#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {START("a", COIL_SECONDS(4)), START("b", COIL_SECONDS(1)),
                                   START("c", COIL_SECONDS(3), .fails = true),
                                   START("d", COIL_SECONDS(9))};
    struct coil_as_completed *ended = coil_as_completed_open(tasks, 4, COIL_FOREVER);
    struct coil_result next;

    (void)arg;
    cancel_later(tasks[3], COIL_SECONDS(2));
    while ((next = coil_as_completed_next(ended)).status != -COIL_EENDED)
        tell("next", coil_await(next.value));
    say("end");
    coil_as_completed_close(ended);
    release(tasks, 4);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
