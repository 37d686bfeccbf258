#include "common/workers.h"

static coil_async int64_t scope(void)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("a", COIL_SECONDS(1), .fails = true));
    coil_task_group_create_task(&group, work, WORK("b", COIL_SECONDS(5)));
    return coil_task_group_exit(&group, 0);
}

static coil_async int64_t at_once(void)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("c", 0, .fails = true));
    coil_task_group_create_task(&group, work, WORK("d", COIL_SECONDS(5)));
    return coil_task_group_exit(&group, 0);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell_status("group", scope());
    count_turns(6);
    tell_status("at once", at_once());
    coil_sleep(COIL_SECONDS(1));
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
