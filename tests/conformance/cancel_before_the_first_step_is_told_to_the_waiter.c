#include "common/conformance.h"

static struct coil_future *canceller_task, *victim_task;

static coil_async struct coil_result canceller(void *arg)
{
    (void)arg;
    say("cancel: %s", yes(coil_future_cancel(victim_task, "too late to begin")));
    say("victim: %s", told_future(victim_task));
    return coil_value(NULL);
}

static coil_async struct coil_result victim(void *arg)
{
    (void)arg;
    say("victim runs");
    return coil_value(NULL);
}

static void done(struct coil_future *task, void *arg)
{
    (void)arg;
    say("callback: %s", told_future(task));
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    canceller_task = coil_create_task(canceller, NULL);
    victim_task = coil_create_task(victim, NULL);
    coil_future_add_done_callback(victim_task, new_done(), done, NULL);
    say("await: %s", told(coil_await(victim_task)));
    say("cancelling: %d", coil_task_cancelling(victim_task));
    coil_future_unref(victim_task);
    coil_future_unref(canceller_task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
