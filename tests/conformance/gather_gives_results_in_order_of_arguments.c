#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *group;

    (void)arg;
    group = GATHER(COIL_TAKE_REFS, START("a", COIL_SECONDS(3)), START("b", COIL_SECONDS(1)),
                   START("c", COIL_SECONDS(2)));
    tell_gather("gather", group, 3);
    group = GATHER(COIL_TAKE_REFS, START("d", 0), START("e", 0));
    tell_gather("at once", group, 2);
    count_turns(5);
    group = GATHER(COIL_TAKE_REFS, START("f", 0), START("g", 0));
    tell_gather("in turns", group, 2);
    coil_sleep(COIL_SECONDS(1));
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
