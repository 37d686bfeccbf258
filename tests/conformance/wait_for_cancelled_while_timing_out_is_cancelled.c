#include "common/workers.h"

static coil_async struct coil_result caller(void *arg)
{
    return coil_wait_for(arg, COIL_SECONDS(1));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *inner = START("inner", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(4));
    struct coil_future *task = coil_create_task(caller, inner);

    (void)arg;
    coil_sleep(COIL_SECONDS(2));
    coil_future_cancel(task, NULL);
    tell("caller", coil_join(task));
    say("inner cancelled: %s", yes(coil_future_cancelled(inner)));
    coil_future_unref(inner);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
