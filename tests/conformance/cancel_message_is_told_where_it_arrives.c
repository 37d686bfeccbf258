#include "common/conformance.h"

static coil_async struct coil_result worker(void *arg)
{
    int err = coil_sleep(COIL_SECONDS(1));

    (void)arg;
    if (err)
        say("worker: %s, %s", told_status(err), reason(coil_current_exception()));
    return coil_error(err);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(worker, NULL);
    struct coil_result r;

    (void)arg;
    coil_sleep(COIL_MS(10));
    coil_future_cancel(task, "the user went home");
    r = coil_await(task);
    if (r.status < 0)
        say("main: %s, %s", told(r), reason(coil_future_exception(task)));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
