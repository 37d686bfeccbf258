#include "common/workers.h"

static coil_async struct coil_result waits(void *task)
{
    struct coil_result result = coil_wait_for(task, COIL_SECONDS(5));

    coil_future_unref(task);
    return result;
}

static coil_async void tell_late(const char *what, struct coil_future *task)
{
    tell(what, coil_wait_for(task, COIL_SECONDS(1)));
    coil_future_unref(task);
}

static coil_async struct coil_result program(void *arg)
{
    struct work *c = WORK("c", COIL_SECONDS(9), .fails_late = true);
    struct coil_future *waiter;

    (void)arg;
    tell_late("at the timeout", START("a", COIL_SECONDS(9), .fails_late = true));
    tell_late("later",
              START("b", COIL_SECONDS(9), .cleanup_ns = COIL_SECONDS(1), .fails_late = true));
    waiter = coil_create_task(waits, coil_create_task(work, c));
    cancel_later(waiter, COIL_SECONDS(1));
    tell("cancelled", coil_await(waiter));
    say("cancelled: %s", yes(coil_future_cancelled(waiter)));
    coil_future_unref(waiter);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
