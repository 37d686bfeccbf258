#include "common/workers.h"

static coil_async int64_t together(void)
{
    struct coil_task_group group;
    int err;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("a", COIL_SECONDS(1), .fails = true));
    coil_task_group_create_task(&group, work, WORK("b", COIL_SECONDS(1), .fails = true));
    err = coil_sleep(COIL_SECONDS(5));
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
    return coil_task_group_exit(&group, err);
}

static coil_async int64_t unwinding(void)
{
    struct work *c = WORK("c", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(1), .fails_late = true);
    struct work *body = WORK("body", COIL_SECONDS(5), .fails_late = true);
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, c);
    coil_task_group_create_task(&group, work, WORK("d", COIL_SECONDS(1), .fails = true));
    return coil_task_group_exit(&group, work(body).status);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell_status("together", together());
    tell_status("unwinding", unwinding());
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
