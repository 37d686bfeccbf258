#include "common/storm.h"

static struct coil_barrier barrier;

static coil_async int reset(int n)
{
    int err = coil_barrier_reset(&barrier);

    if (!err)
        say("%d resets, waiting: %d", n, (int)coil_barrier_waiting(&barrier));
    return err;
}

static coil_async int step(int n, struct dice *dice)
{
    struct coil_timeout limit;
    int64_t index;

    if (roll(dice, 10) == 0)
        return reset(n);
    coil_timeout_enter(&limit, COIL_MS(1 + roll(dice, 5)));
    index = coil_barrier_wait(&barrier);
    if (index >= 0)
        say("%d has index %d", n, (int)index);
    index = coil_timeout_exit(&limit, index);
    if (index == -ECANCELED)
        return -ECANCELED;
    if (index < 0)
        say("%d gets %s", n, told_status(index));
    return pause_by(dice);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    coil_barrier_init(&barrier, 3);
    for (uint32_t seed = 1; seed < 5; seed++) {
        storm(seed, 8, 12, step);
        say("waiting: %d, broken: %s", (int)coil_barrier_waiting(&barrier),
            yes(coil_barrier_broken(&barrier)));
    }
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
