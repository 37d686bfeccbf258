#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *b = START("b", COIL_SECONDS(2));
    struct coil_future *a = START("a", COIL_SECONDS(1), .fails = true);
    struct coil_future *group = GATHER(0, a, b);

    (void)arg;
    tell("gather", coil_await(group));
    say("cancel: %s", yes(coil_future_cancel(group, NULL)));
    tell("b", coil_await(b));
    coil_future_unref(group);
    coil_future_unref(a);
    coil_future_unref(b);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
