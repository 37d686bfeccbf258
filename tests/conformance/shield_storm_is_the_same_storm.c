#include "common/storm.h"

static struct coil_future *jobs[4];

static coil_async int step(int n, struct dice *dice)
{
    struct coil_future **job = &jobs[roll(dice, 4)];
    struct coil_result result;

    if (coil_future_done(*job)) {
        told_future(*job);
        coil_future_unref(*job);
        *job = start_some_job(dice);
    }
    if (roll(dice, 5) == 0)
        coil_future_cancel(*job, NULL);
    result = coil_join(coil_shield(*job));
    if (result.status == -ECANCELED)
        return -ECANCELED;
    say("%d gets %s", n, told(result));
    return 0;
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    for (uint32_t seed = 1; seed < 5; seed++) {
        for (int i = 0; i < 4; i++)
            jobs[i] = start_some_job(&(struct dice){seed});
        storm(seed, 6, 12, step);
        for (int i = 0; i < 4; i++)
            say("%s", told_future(jobs[i]));
        for (int i = 0; i < 4; i++)
            coil_future_unref(jobs[i]);
    }
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
