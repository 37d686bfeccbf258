#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *group =
        GATHER(COIL_TAKE_REFS, START("First", COIL_SECONDS(5)), START("Second", COIL_SECONDS(5)),
               START("Third", COIL_SECONDS(5)));

    (void)arg;
    coil_future_cancel(group, NULL);
    coil_sleep(COIL_SECONDS(1));
    say("gather: %s", told_future(group));
    coil_future_unref(group);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
