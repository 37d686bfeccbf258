#include "common/conformance.h"

static void settle(void *arg)
{
    coil_future_set_result(arg, text("value"), NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *future = coil_create_future();
    struct coil_timeout limit;
    int64_t status;

    (void)arg;
    coil_timeout_enter(&limit, COIL_SECONDS(1));
    status = coil_timeout_exit(&limit, coil_sleep(COIL_SECONDS(1)));
    say("younger: %s", told_status(status));
    coil_call_later(coil_loop_current(), new_call(settle, future), COIL_SECONDS(1));
    coil_timeout_enter(&limit, COIL_SECONDS(1));
    status = coil_timeout_exit(&limit, coil_await(future).status);
    say("older: %s, future: %s", told_status(status), told_future(future));
    coil_future_unref(future);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
