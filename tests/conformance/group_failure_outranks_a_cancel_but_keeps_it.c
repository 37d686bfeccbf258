#include "common/workers.h"

static coil_async int64_t scope(void)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("a", COIL_SECONDS(9), .fails_late = true));
    return coil_task_group_exit(&group, 0);
}

static coil_async struct coil_result parent(void *arg)
{
    (void)arg;
    tell_status("scope", scope());
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
    return work(WORK("next", COIL_SECONDS(1)));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(parent, NULL);

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(task, NULL);
    tell("parent", coil_join(task));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
