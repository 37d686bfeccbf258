#include "common/conformance.h"

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    if (coil_sleep(COIL_SECONDS(1)) == -ECANCELED)
        return coil_raise(EIO, "could not save");
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(worker, NULL);
    struct coil_result r;

    (void)arg;
    coil_sleep(COIL_MS(10));
    coil_future_cancel(task, NULL);
    r = coil_await(task);
    if (r.status < 0)
        say("await: %s, %s", told(r), reason(coil_current_exception()));
    say("cancelled: %s", yes(coil_future_cancelled(task)));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
