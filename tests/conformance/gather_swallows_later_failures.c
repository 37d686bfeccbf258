#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *group = GATHER(COIL_TAKE_REFS, START("a", COIL_SECONDS(1), .fails = true),
                                       START("b", COIL_SECONDS(2), .fails = true),
                                       START("c", COIL_SECONDS(3), .fails = true));

    (void)arg;
    tell_gather("gather", group, 3);
    coil_sleep(COIL_SECONDS(5));
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
