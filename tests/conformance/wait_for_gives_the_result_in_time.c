#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[3];

    (void)arg;
    tasks[0] = START("a", COIL_SECONDS(1));
    tell("a", coil_wait_for(tasks[0], COIL_SECONDS(2)));
    tasks[1] = START("b", COIL_SECONDS(1), .fails = true);
    tell("b", coil_wait_for(tasks[1], COIL_SECONDS(2)));
    tasks[2] = START("c", COIL_SECONDS(1));
    tell("c", coil_wait_for(tasks[2], COIL_FOREVER));
    release(tasks, 3);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
