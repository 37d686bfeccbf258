#include "common/conformance.h"

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    return coil_error(coil_sleep(COIL_SECONDS(1)));
}

static coil_async void show(const char *name, struct coil_future *task)
{
    struct coil_result r = coil_await(task);

    if (r.status == -ECANCELED)
        say("%s: %s", name, reason(coil_future_exception(task)));
    coil_future_unref(task);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *waiting = coil_create_task(worker, NULL), *fresh;

    (void)arg;
    coil_sleep(COIL_MS(10));
    fresh = coil_create_task(worker, NULL);
    coil_future_cancel(waiting, "first");
    coil_future_cancel(waiting, "second");
    coil_future_cancel(fresh, "first");
    coil_future_cancel(fresh, "second");
    show("waiting", waiting);
    show("fresh", fresh);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
