#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {START("a", 0), START("b", 0)};

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    count_turns(4);
    say("done: %d", (int)coil_wait(tasks, 2, COIL_FOREVER, COIL_ALL_COMPLETED));
    coil_sleep(COIL_SECONDS(1));
    release(tasks, 2);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
