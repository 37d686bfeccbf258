#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *inner = START("a", COIL_SECONDS(1));
    struct coil_future *outer;

    (void)arg;
    coil_sleep(COIL_SECONDS(2));
    outer = coil_shield(inner);
    say("itself: %s", yes(outer == inner));
    tell("outer", coil_join(outer));
    coil_future_unref(inner);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
