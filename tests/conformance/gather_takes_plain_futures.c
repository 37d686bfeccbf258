#include "common/workers.h"

static void settle(void *arg)
{
    struct coil_future **future = arg;

    coil_future_set_result(future[0], text("first"), NULL);
}

static void settle_second(void *arg)
{
    struct coil_future **future = arg;

    coil_future_set_result(future[1], text("second"), NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *futures[] = {coil_create_future(), coil_create_future(),
                                     coil_create_future()};
    struct coil_future *group;

    (void)arg;
    coil_call_later(coil_loop_current(), new_call(settle, futures), COIL_SECONDS(2));
    coil_call_later(coil_loop_current(), new_call(settle_second, futures), COIL_SECONDS(1));
    tell_gather("gather", coil_gather(futures, 2, 0), 2);
    group = GATHER(0, futures[0], futures[2]);
    coil_future_cancel(group, NULL);
    tell_gather("gather", group, 2);
    say("a cancelled: %s, c cancelled: %s", yes(coil_future_cancelled(futures[0])),
        yes(coil_future_cancelled(futures[2])));
    release(futures, 3);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
