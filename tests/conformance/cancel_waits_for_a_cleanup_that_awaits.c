#include "common/conformance.h"

static coil_async struct coil_result worker(void *arg)
{
    int err = coil_sleep(COIL_SECONDS(1));

    (void)arg;
    say("cleanup begins");
    coil_sleep(COIL_MS(30));
    say("cleanup ends");
    return coil_error(err);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(worker, NULL);

    (void)arg;
    coil_sleep(COIL_MS(10));
    coil_future_cancel(task, NULL);
    coil_sleep(COIL_MS(10));
    say("meanwhile: %s", told_future(task));
    say("await: %s", told(coil_join(task)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
