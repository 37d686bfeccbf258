#include "common/workers.h"

static coil_async int64_t around(void)
{
    struct coil_task_group group;
    struct coil_timeout limit;

    coil_timeout_enter(&limit, COIL_SECONDS(1));
    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work,
                                WORK("a", COIL_SECONDS(9), .cleanup_ns = COIL_SECONDS(1)));
    return coil_timeout_exit(&limit, coil_task_group_exit(&group, 0));
}

static coil_async struct coil_result limited(void *arg)
{
    struct coil_timeout limit;

    (void)arg;
    coil_timeout_enter(&limit, COIL_SECONDS(1));
    return coil_error(coil_timeout_exit(&limit, work(WORK("b", COIL_SECONDS(9))).status));
}

static coil_async int64_t inside(void)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, limited, NULL);
    coil_task_group_create_task(&group, work, WORK("c", COIL_SECONDS(9)));
    return coil_task_group_exit(&group, 0);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell_status("around", around());
    tell_status("inside", inside());
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
