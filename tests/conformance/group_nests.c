#include "common/workers.h"

static coil_async struct coil_result inner(void *arg)
{
    struct coil_task_group group;

    (void)arg;
    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("a", COIL_SECONDS(2), .fails = true));
    return coil_error(
        coil_task_group_exit(&group, work(WORK("inner body", COIL_SECONDS(3))).status));
}

static coil_async int64_t outer(void)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, inner, NULL);
    coil_task_group_create_task(&group, work, WORK("b", COIL_SECONDS(1)));
    return coil_task_group_exit(&group, work(WORK("outer body", COIL_SECONDS(4))).status);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell_status("fails inside", outer());
    coil_sleep(COIL_SECONDS(1));
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
