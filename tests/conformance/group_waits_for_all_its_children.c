#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_task_group group;
    struct coil_future *a, *b;

    (void)arg;
    coil_task_group_enter(&group);
    a = coil_future_ref(coil_task_group_create_task(&group, work, WORK("a", COIL_SECONDS(2))));
    b = coil_future_ref(coil_task_group_create_task(&group, work, WORK("b", COIL_SECONDS(1))));
    say("body ends");
    coil_task_group_exit(&group, 0);
    say("left, a: %s, b: %s", told_future(a), told_future(b));
    release((struct coil_future *[]){a, b}, 2);
    coil_task_group_enter(&group);
    say("no children");
    coil_task_group_exit(&group, 0);
    count_turns(5);
    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("c", 0));
    coil_task_group_exit(&group, 0);
    say("left");
    coil_sleep(COIL_SECONDS(1));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
