#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *failed = START("a", COIL_SECONDS(1), .fails = true);
    struct coil_future *b = START("b", COIL_SECONDS(4));
    struct coil_future *group;

    (void)arg;
    coil_sleep(COIL_SECONDS(2));
    group = GATHER(0, b, failed);
    say("done: %s", yes(coil_future_done(group)));
    tell("gather", coil_join(group));
    tell("b", coil_join(b));
    coil_future_unref(failed);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
