#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *group =
        GATHER(COIL_TAKE_REFS, START("First", COIL_SECONDS(5)),
               START("Second", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(2)),
               START("Third", COIL_SECONDS(5)));

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(group, NULL);
    tell_gather("gather", group, 3);
    coil_sleep(COIL_SECONDS(3));
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
