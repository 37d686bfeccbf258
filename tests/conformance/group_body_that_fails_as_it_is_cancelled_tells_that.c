#include "common/workers.h"

static coil_async int64_t by_a_child(void)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("a", COIL_SECONDS(1), .fails = true));
    return coil_task_group_exit(&group,
                                work(WORK("body", COIL_SECONDS(9), .fails_late = true)).status);
}

static coil_async struct coil_result by_others(void *arg)
{
    struct coil_task_group group;

    (void)arg;
    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("b", COIL_SECONDS(9)));
    return coil_error(coil_task_group_exit(
        &group, work(WORK("body", COIL_SECONDS(9), .fails_late = true)).status));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task;

    (void)arg;
    tell_status("by a child", by_a_child());
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
    task = coil_create_task(by_others, NULL);
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(task, NULL);
    tell("by others", coil_await(task));
    say("cancelled: %s, cancelling: %d", yes(coil_future_cancelled(task)),
        coil_task_cancelling(task));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
