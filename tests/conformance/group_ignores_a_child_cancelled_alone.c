#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_task_group group;
    struct coil_future *a;

    (void)arg;
    coil_task_group_enter(&group);
    a = coil_future_ref(coil_task_group_create_task(&group, work, WORK("a", COIL_SECONDS(5))));
    coil_task_group_create_task(&group, work, WORK("b", COIL_SECONDS(3)));
    cancel_later(a, COIL_SECONDS(1));
    coil_task_group_exit(&group, work(WORK("body", COIL_SECONDS(2))).status);
    say("left, a: %s", told_future(a));
    coil_future_unref(a);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
