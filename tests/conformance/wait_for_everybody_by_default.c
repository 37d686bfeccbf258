#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {START("a", COIL_SECONDS(3)),
                                   START("b", COIL_SECONDS(1), .fails = true),
                                   START("c", COIL_SECONDS(2))};
    int64_t done = coil_wait(tasks, 3, COIL_FOREVER, COIL_ALL_COMPLETED);

    (void)arg;
    say("done: %d, pending: %d, b: %s", (int)done, 3 - (int)done, told_future(tasks[1]));
    release(tasks, 3);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
