#include "common/storm.h"

static coil_async int step(int n, struct dice *dice)
{
    struct coil_future *task = start_some_job(dice);
    struct coil_result result = coil_wait_for(task, COIL_MS(roll(dice, 4)));

    if (result.status != -ECANCELED)
        say("%d gets %s", n, told(result));
    say("%d leaves it %s", n, told_future(task));
    coil_future_unref(task);
    return result.status == -ECANCELED ? -ECANCELED : 0;
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
