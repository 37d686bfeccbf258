#include "common/workers.h"

static coil_async struct coil_result scope(void *arg)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, arg);
    return coil_error(coil_task_group_exit(&group, work(WORK("body", COIL_SECONDS(9))).status));
}

static coil_async struct coil_result program(void *arg)
{
    struct work *a = WORK("a", COIL_SECONDS(9), .cleanup_ns = COIL_SECONDS(1));
    struct coil_future *task = coil_create_task(scope, a);

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(task, NULL);
    tell("scope", coil_await(task));
    say("cancelled: %s", yes(coil_future_cancelled(task)));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
