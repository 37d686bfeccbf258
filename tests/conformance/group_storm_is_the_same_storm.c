#include "common/storm.h"
#include "common/workers.h"

#include <stdlib.h>

static coil_async int64_t scope(struct dice *dice, int depth)
{
    struct coil_task_options drops = {.drop_arg = free};
    struct coil_task_group group;
    int64_t err = 0;

    coil_task_group_enter(&group);
    for (int left = 1 + roll(dice, 3); left > 0; left--)
        coil_task_group_create_task_with(&group, job, some_job(dice), &drops);
    if (depth > 0 && roll(dice, 2) == 0)
        err = scope(dice, depth - 1);
    if (!err && roll(dice, 3) != 0)
        err = pause_by(dice);
    return coil_task_group_exit(&group, err);
}

static coil_async int step(int n, struct dice *dice)
{
    int64_t err = scope(dice, 2);

    if (err == -ECANCELED)
        return -ECANCELED;
    if (err)
        say("%d gets %s", n, shown(coil_error(err), coil_current_exception()));
    else
        say("%d leaves well", n);
    say("%d cancelling: %d", n, coil_task_cancelling(coil_current_task()));
    return 0;
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    for (uint32_t seed = 1; seed < 5; seed++)
        storm(seed, 6, 12, step);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
