#include "common/conformance.h"

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    say("sleep: %s", told_status(coil_sleep(COIL_SECONDS(1))));
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
    say("sleep again: %s", told_status(coil_sleep(COIL_MS(10))));
    return text("value");
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(worker, NULL);
    bool first, second;

    (void)arg;
    coil_sleep(COIL_MS(10));
    first = coil_future_cancel(task, NULL);
    second = coil_future_cancel(task, NULL);
    say("cancel: %s, %s, cancelling: %d", yes(first), yes(second), coil_task_cancelling(task));
    say("await: %s", told(coil_join(task)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
