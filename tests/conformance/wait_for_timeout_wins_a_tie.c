#include "common/workers.h"

static void settle(void *arg)
{
    coil_future_set_result(arg, text("value"), NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a = START("a", COIL_SECONDS(1));
    struct coil_future *future = coil_create_future();
    struct coil_future *b;

    (void)arg;
    coil_yield();
    tell("timer of the task is older", coil_wait_for(a, COIL_SECONDS(1)));
    say("cancelled: %s", yes(coil_future_cancelled(a)));
    b = START("b", COIL_SECONDS(1));
    tell("timer of the timeout is older", coil_wait_for(b, COIL_SECONDS(1)));
    say("cancelled: %s", yes(coil_future_cancelled(b)));
    coil_call_later(coil_loop_current(), new_call(settle, future), COIL_SECONDS(1));
    tell("plain future, result older", coil_wait_for(future, COIL_SECONDS(1)));
    say("future: %s", told_future(future));
    release((struct coil_future *[]){a, b, future}, 3);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
