#include "common/workers.h"

static coil_async int64_t in_the_body(void)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("a", COIL_SECONDS(1), .fails = true));
    return coil_task_group_exit(&group, work(WORK("body", COIL_SECONDS(5))).status);
}

static coil_async int64_t while_leaving(void)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("b", COIL_SECONDS(1), .fails = true));
    coil_task_group_create_task(&group, work, WORK("c", COIL_SECONDS(5)));
    return coil_task_group_exit(&group, 0);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell_status("in the body", in_the_body());
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
    tell_status("while leaving", while_leaving());
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
    coil_sleep(COIL_SECONDS(1));
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
