#include "common/conformance.h"

static coil_async struct coil_result worker(void *future)
{
    say("await: %s", told(coil_await(future)));
    say("again: %s", told(coil_await(future)));
    return text("value");
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *future = coil_create_future(), *task = coil_create_task(worker, future);
    const char *result;
    bool asked;

    (void)arg;
    coil_sleep(COIL_MS(10));
    coil_future_set_result(future, text("result"), NULL);
    asked = coil_future_cancel(task, NULL);
    say("cancel: %s, future: %s", yes(asked), told_future(future));
    result = told(coil_await(task));
    say("task: %s, cancelled %s", result, yes(coil_future_cancelled(task)));
    coil_future_unref(task);
    coil_future_unref(future);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
