#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *inner = START("inner", COIL_SECONDS(2));
    struct coil_future *outer = coil_shield(inner);
    bool asked, cancelled;

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    asked = coil_future_cancel(outer, NULL);
    cancelled = coil_future_cancelled(outer);
    say("cancel: %s, cancelled: %s, again: %s", yes(asked), yes(cancelled),
        yes(coil_future_cancel(outer, NULL)));
    tell("outer", coil_join(outer));
    tell("inner", coil_join(inner));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
