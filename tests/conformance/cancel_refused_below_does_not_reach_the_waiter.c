#include "common/conformance.h"

static coil_async struct coil_result inner(void *arg)
{
    (void)arg;
    say("inner: %s", told_status(coil_sleep(COIL_SECONDS(1))));
    return text("inner value");
}

static coil_async struct coil_result outer(void *task)
{
    say("outer: %s", told(coil_await(task)));
    say("outer cancelling: %d", coil_task_cancelling(coil_current_task()));
    say("outer sleeps: %s", told_status(coil_sleep(COIL_MS(10))));
    return text("outer value");
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *below = coil_create_task(inner, NULL);
    struct coil_future *task = coil_create_task(outer, below);
    bool asked;

    (void)arg;
    coil_sleep(COIL_MS(10));
    asked = coil_future_cancel(task, NULL);
    say("cancel: %s, inner cancelling: %d", yes(asked), coil_task_cancelling(below));
    say("await: %s", told(coil_join(task)));
    coil_future_unref(below);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
