#include "common/workers.h"

static coil_async struct coil_result limited(void *arg)
{
    struct coil_timeout limit;
    struct coil_result result;

    coil_timeout_enter(&limit, COIL_SECONDS(2));
    result = work(arg);
    say("cancelling: %d, expired: %s", coil_task_cancelling(coil_current_task()),
        yes(coil_timeout_expired(&limit)));
    result.status = coil_timeout_exit(&limit, result.status);
    return result;
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task;

    (void)arg;
    task = coil_create_task(limited, WORK("before", COIL_SECONDS(9)));
    cancel_later(task, COIL_SECONDS(1));
    tell("before", coil_join(task));
    task = coil_create_task(limited, WORK("cancel first", COIL_SECONDS(9)));
    cancel_later(task, COIL_SECONDS(2));
    tell("cancel first", coil_join(task));
    task = coil_create_task(limited, WORK("timeout first", COIL_SECONDS(9)));
    coil_yield();
    cancel_later(task, COIL_SECONDS(2));
    tell("timeout first", coil_join(task));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
