#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *inner = START("inner", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(1));
    struct coil_future *outer = coil_shield(inner);

    (void)arg;
    cancel_later(inner, COIL_SECONDS(1));
    tell("outer", coil_await(outer));
    say("outer cancelled: %s", yes(coil_future_cancelled(outer)));
    coil_future_unref(outer);
    coil_future_unref(inner);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
