#include "common/conformance.h"

static coil_async struct coil_result worker(void *arg)
{
    struct coil_future *task = coil_current_task();
    int count = coil_task_cancelling(task), first, second, third;

    (void)arg;
    say("before: %d, uncancel: %d", count, coil_task_uncancel(task));
    say("sleep: %s", told_status(coil_sleep(COIL_SECONDS(1))));
    say("cancelling: %d", coil_task_cancelling(task));
    first = coil_task_uncancel(task);
    second = coil_task_uncancel(task);
    third = coil_task_uncancel(task);
    say("uncancel: %d, %d, %d", first, second, third);
    say("cancelling: %d", coil_task_cancelling(task));
    say("sleep: %s", told_status(coil_sleep(COIL_MS(10))));
    return text("value");
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(worker, NULL);

    (void)arg;
    coil_sleep(COIL_MS(10));
    coil_future_cancel(task, NULL);
    coil_future_cancel(task, NULL);
    say("await: %s", told(coil_join(task)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
