#include "common/workers.h"

static const char *taken(struct coil_task_group *group)
{
    struct coil_future *late =
        coil_task_group_create_task(group, work, WORK("late", COIL_SECONDS(1)));

    return yes(!coil_future_done(late) || coil_future_result(late).status != -COIL_ESTOPPED);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_task_group group;
    int64_t status;

    (void)arg;
    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, work, WORK("a", COIL_SECONDS(1), .fails = true));
    status = work(WORK("body", COIL_SECONDS(5))).status;
    say("shutting down: %s", taken(&group));
    status = coil_task_group_exit(&group, status);
    say("%s", shown(coil_error(status), coil_current_exception()));
    say("left: %s", taken(&group));
    coil_task_group_enter(&group);
    say("fresh");
    coil_task_group_exit(&group, 0);
    say("left: %s", taken(&group));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
