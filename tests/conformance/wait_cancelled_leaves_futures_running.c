#include "common/workers.h"

static coil_async struct coil_result waiter(void *arg)
{
    int64_t done = coil_wait(arg, 2, COIL_FOREVER, COIL_ALL_COMPLETED);

    if (done == -ECANCELED)
        say("waiter is cancelled");
    return coil_number(done);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {START("a", COIL_SECONDS(2)), START("b", COIL_SECONDS(3))};
    struct coil_future *task = coil_create_task(waiter, tasks);

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(task, NULL);
    tell("waiter", coil_join(task));
    tell("a", coil_await(tasks[0]));
    tell("b", coil_await(tasks[1]));
    release(tasks, 2);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
