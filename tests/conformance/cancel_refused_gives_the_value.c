#include "common/conformance.h"

static coil_async struct coil_result refuses(void *arg)
{
    (void)arg;
    say("sleep: %s", told_status(coil_sleep(COIL_SECONDS(1))));
    say("work goes on: %s", told_status(coil_sleep(COIL_MS(20))));
    return coil_number(42);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(refuses, NULL);
    bool asked;

    (void)arg;
    coil_sleep(COIL_MS(10));
    coil_future_cancel(task, NULL);
    say("await: %s", told(coil_await(task)));
    asked = coil_future_cancel(task, NULL);
    say("cancelled: %s, cancelling: %d, cancel: %s", yes(coil_future_cancelled(task)),
        coil_task_cancelling(task), yes(asked));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
