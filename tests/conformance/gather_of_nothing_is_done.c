#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *group = coil_gather(NULL, 0, 0);

    (void)arg;
    say("done: %s", yes(coil_future_done(group)));
    tell_gather("gather", group, 0);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
