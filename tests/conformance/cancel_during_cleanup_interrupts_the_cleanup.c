#include "common/conformance.h"

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    say("work: %s", told_status(coil_sleep(COIL_SECONDS(1))));
    say("cleanup: %s", told_status(coil_sleep(COIL_MS(50))));
    say("second cleanup: %s", told_status(coil_sleep(COIL_MS(50))));
    return coil_error(-ECANCELED);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(worker, NULL);
    const char *result;

    (void)arg;
    coil_sleep(COIL_MS(10));
    coil_future_cancel(task, NULL);
    coil_sleep(COIL_MS(10));
    coil_future_cancel(task, NULL);
    result = told(coil_await(task));
    say("await: %s, cancelled %s, cancelling %d", result, yes(coil_future_cancelled(task)),
        coil_task_cancelling(task));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
