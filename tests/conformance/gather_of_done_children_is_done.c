#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a = START("a", COIL_SECONDS(1));
    struct coil_future *b = START("b", COIL_SECONDS(1));
    struct coil_future *c, *group;

    (void)arg;
    coil_sleep(COIL_SECONDS(2));
    group = GATHER(0, a, b);
    say("done: %s", yes(coil_future_done(group)));
    tell_gather("gather", group, 2);
    c = START("c", COIL_SECONDS(1));
    group = GATHER(0, a, c);
    say("done: %s", yes(coil_future_done(group)));
    tell_gather("gather", group, 2);
    release((struct coil_future *[]){a, b, c}, 3);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
