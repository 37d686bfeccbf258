#include "common/conformance.h"

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    coil_sleep(COIL_MS(10));
    return coil_error(-ECANCELED);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(worker, NULL);

    (void)arg;
    say("await: %s", told(coil_await(task)));
    say("cancelled: %s, cancelling: %d", yes(coil_future_cancelled(task)),
        coil_task_cancelling(task));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
