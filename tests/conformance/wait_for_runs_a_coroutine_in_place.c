#include "common/workers.h"

static struct coil_future *caller;

static coil_async struct coil_result who(void *arg)
{
    say("in the caller's task: %s", yes(coil_current_task() == caller));
    return work(arg);
}

static coil_async struct coil_result program(void *arg)
{
    struct work *b = WORK("b", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(1));
    struct work *c = WORK("c", COIL_SECONDS(5), .refuses = true);

    (void)arg;
    caller = coil_current_task();
    tell("in time", coil_wait_for_call(who, WORK("a", COIL_SECONDS(1)), COIL_SECONDS(2)));
    tell("too late", coil_wait_for_call(work, b, COIL_SECONDS(2)));
    tell("refuses", coil_wait_for_call(work, c, COIL_SECONDS(2)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
