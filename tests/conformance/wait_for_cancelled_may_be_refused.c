#include "common/workers.h"

static coil_async struct coil_result caller(void *arg)
{
    struct coil_future *inner = START("inner", COIL_SECONDS(5), .refuses = true);

    (void)arg;
    tell("wait_for", coil_wait_for(inner, COIL_SECONDS(9)));
    coil_future_unref(inner);
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
    coil_sleep(COIL_SECONDS(1));
    return text("caller went on");
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(caller, NULL);

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(task, NULL);
    tell("caller", coil_join(task));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
