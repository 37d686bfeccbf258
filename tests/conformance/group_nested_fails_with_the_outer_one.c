#include "common/workers.h"

static void say_cancelling(const char *where)
{
    say("%s, cancelling: %d", where, coil_task_cancelling(coil_current_task()));
}

static coil_async int64_t inner(struct coil_task_group *outer)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("a", COIL_SECONDS(1), .fails = true));
    coil_task_group_create_task(outer, work, WORK("b", COIL_SECONDS(1), .fails = true));
    return coil_task_group_exit(&group, 0);
}

static coil_async int64_t outer(void)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    tell_status("inner", inner(&group));
    say_cancelling("between");
    return coil_task_group_exit(&group, work(WORK("body", COIL_SECONDS(5))).status);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell_status("outer", outer());
    say_cancelling("after");
    coil_sleep(COIL_SECONDS(1));
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
