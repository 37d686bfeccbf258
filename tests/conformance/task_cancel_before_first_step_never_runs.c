#include "common/conformance.h"

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    say("worker runs");
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(worker, NULL);
    bool asked = coil_future_cancel(task, NULL);

    (void)arg;
    say("cancel: %s, done: %s", yes(asked), yes(coil_future_done(task)));
    say("await: %s", told(coil_await(task)));
    asked = coil_future_cancel(task, NULL);
    say("cancelled: %s, cancel again: %s", yes(coil_future_cancelled(task)), yes(asked));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
