#include "common/conformance.h"

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static void nested(struct coil_future *future, void *arg)
{
    (void)future;
    (void)arg;
    say("added by a callback");
}

static void late(struct coil_future *future, void *arg)
{
    (void)arg;
    say("late: %s", told_future(future));
    coil_future_add_done_callback(future, new_done(), nested, NULL);
    coil_call_soon(coil_loop_current(), new_call(tell, word("scheduled by the callback")));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *future = coil_create_future();

    (void)arg;
    coil_future_set_result(future, text("value"), NULL);
    coil_call_soon(coil_loop_current(), new_call(tell, word("ready before")));
    coil_future_add_done_callback(future, new_done(), late, NULL);
    say("added");
    coil_yield();
    say("one turn later");
    coil_yield();
    say("two turns later");
    coil_future_unref(future);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
