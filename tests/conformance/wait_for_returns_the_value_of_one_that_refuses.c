#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a = START("a", COIL_SECONDS(5), .refuses = true);
    struct coil_future *b;

    (void)arg;
    tell("refuses", coil_wait_for(a, COIL_SECONDS(1)));
    say("cancelled: %s", yes(coil_future_cancelled(a)));
    b = START("b", COIL_SECONDS(5), .fails_late = true);
    tell("fails late", coil_wait_for(b, COIL_SECONDS(1)));
    coil_future_unref(a);
    coil_future_unref(b);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
