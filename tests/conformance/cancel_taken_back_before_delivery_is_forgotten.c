#include "common/conformance.h"

static coil_async struct coil_result worker(void *arg)
{
    struct coil_future *task = coil_current_task();

    (void)arg;
    coil_future_cancel(task, NULL);
    say("uncancel: %d", coil_task_uncancel(task));
    say("sleep: %s", told_status(coil_sleep(COIL_MS(10))));
    coil_future_cancel(task, NULL);
    coil_future_cancel(task, NULL);
    say("uncancel once of two: %d", coil_task_uncancel(task));
    say("sleep: %s", told_status(coil_sleep(COIL_MS(10))));
    return text("value");
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    say("await: %s", told(coil_join(coil_create_task(worker, NULL))));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
