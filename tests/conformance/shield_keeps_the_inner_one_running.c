#include "common/workers.h"

static coil_async struct coil_result parent(void *arg)
{
    return coil_join(coil_shield(arg));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *inner = START("inner", COIL_SECONDS(3));
    struct coil_future *task = coil_create_task(parent, inner);

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(task, NULL);
    tell("parent", coil_join(task));
    say("inner done: %s", yes(coil_future_done(inner)));
    tell("inner", coil_join(inner));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
