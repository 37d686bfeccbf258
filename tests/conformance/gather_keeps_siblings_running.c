#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *children[] = {START("a", COIL_SECONDS(1), .fails = true),
                                      START("b", COIL_SECONDS(3)), START("c", COIL_SECONDS(2))};

    (void)arg;
    tell_gather("gather", coil_gather(children, 3, 0), 3);
    say("b done: %s", yes(coil_future_done(children[1])));
    tell("b", coil_await(children[1]));
    tell("c", coil_await(children[2]));
    release(children, 3);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
