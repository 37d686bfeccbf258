#include "common/workers.h"

static coil_async int64_t scope(void)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("a", COIL_SECONDS(1), .fails = true));
    coil_task_group_create_task(&group, work,
                                WORK("b", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(1)));
    return coil_task_group_exit(&group, work(WORK("body", COIL_SECONDS(5))).status);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell_status("group", scope());
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
    coil_sleep(COIL_SECONDS(1));
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
