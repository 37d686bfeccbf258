#include "common/conformance.h"

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    return coil_error(coil_sleep(COIL_SECONDS(1)));
}

static void cancel(void *task)
{
    coil_future_cancel(task, NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(worker, NULL);

    (void)arg;
    coil_call_later(coil_loop_current(), new_call(cancel, task), COIL_MS(10));
    say("await: %s", told(coil_await(task)));
    say("cancelling: worker %d, main %d", coil_task_cancelling(task),
        coil_task_cancelling(coil_current_task()));
    say("sleep: %s", told_status(coil_sleep(COIL_MS(10))));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
