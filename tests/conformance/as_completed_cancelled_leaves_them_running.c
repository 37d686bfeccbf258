#include "common/workers.h"

static coil_async struct coil_result iterate(void *arg)
{
    struct coil_as_completed *ended = coil_as_completed_open(arg, 2, COIL_FOREVER);
    struct coil_result next;

    while ((next = coil_as_completed_next(ended)).status >= 0)
        say("next: %s", told_future(next.value));
    coil_as_completed_close(ended);
    return next;
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {START("a", COIL_SECONDS(1)), START("b", COIL_SECONDS(3))};
    struct coil_future *task = coil_create_task(iterate, tasks);

    (void)arg;
    coil_sleep(COIL_SECONDS(2));
    coil_future_cancel(task, NULL);
    tell("iteration", coil_join(task));
    tell("b", coil_await(tasks[1]));
    release(tasks, 2);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
