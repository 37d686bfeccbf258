#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a = START("a", COIL_SECONDS(5));
    struct coil_future *b = START("b", COIL_SECONDS(2));

    (void)arg;
    cancel_later(a, COIL_SECONDS(1));
    tell_gather("gather", GATHER(0, a, b), 2);
    say("a cancelled: %s, b done: %s", yes(coil_future_cancelled(a)), yes(coil_future_done(b)));
    tell("b", coil_await(b));
    coil_future_unref(a);
    coil_future_unref(b);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
