#include "common/workers.h"

static coil_async struct coil_result inner(void *arg)
{
    struct coil_task_group group;

    (void)arg;
    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work,
                                WORK("grandchild", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(2)));
    return coil_error(
        coil_task_group_exit(&group, work(WORK("inner body", COIL_SECONDS(5))).status));
}

static coil_async int64_t outer(void)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, inner, NULL);
    coil_task_group_create_task(&group, work, WORK("b", COIL_SECONDS(1), .fails = true));
    return coil_task_group_exit(&group, 0);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell_status("outer", outer());
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
