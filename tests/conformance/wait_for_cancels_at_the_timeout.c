#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = START("a", COIL_SECONDS(5));

    (void)arg;
    tell("wait_for", coil_wait_for(task, COIL_SECONDS(1)));
    say("cancelled: %s", yes(coil_future_cancelled(task)));
    coil_sleep(COIL_SECONDS(1));
    say("end");
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
