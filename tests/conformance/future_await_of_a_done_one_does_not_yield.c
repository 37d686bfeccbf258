#include "common/conformance.h"

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static void settle(void *arg)
{
    coil_future_set_result(arg, text("settled by a callback"), NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();
    struct coil_future *value = coil_create_future(), *error = coil_create_future();
    struct coil_future *cancelled = coil_create_future(), *pending = coil_create_future();
    const char *once;

    (void)arg;
    coil_future_set_result(value, text("value"), NULL);
    coil_future_set_exception(error, EIO, "disk");
    coil_future_cancel(cancelled, NULL);
    coil_call_soon(loop, new_call(tell, word("the loop turns")));
    once = told(coil_await(value));
    say("value: %s, again: %s", once, told(coil_await(value)));
    say("error: %s", told(coil_await(error)));
    say("cancelled: %s", told(coil_await(cancelled)));
    coil_call_soon(loop, new_call(settle, pending));
    say("pending: %s", told(coil_await(pending)));
    coil_future_unref(value);
    coil_future_unref(error);
    coil_future_unref(cancelled);
    coil_future_unref(pending);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
