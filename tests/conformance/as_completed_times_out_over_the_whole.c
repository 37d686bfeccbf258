#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {START("a", COIL_SECONDS(1)), START("b", COIL_SECONDS(3)),
                                   START("c", COIL_SECONDS(5))};
    struct coil_as_completed *ended = coil_as_completed_open(tasks, 3, COIL_SECONDS(2));
    struct coil_result next;

    (void)arg;
    while ((next = coil_as_completed_next(ended)).status >= 0)
        tell("next", coil_await(next.value));
    tell("next", next);
    coil_as_completed_close(ended);
    tell("b", coil_await(tasks[1]));
    tell("c", coil_await(tasks[2]));
    release(tasks, 3);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
