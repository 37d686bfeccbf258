#include "common/storm.h"

static struct coil_lock lock;

static coil_async int step(int n, struct dice *dice)
{
    int err = pause_by(dice);

    if (!err)
        err = coil_lock_acquire(&lock);
    if (err)
        return err;
    say("%d has it", n);
    err = pause_by(dice);
    coil_lock_release(&lock);
    return err;
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    for (uint32_t seed = 1; seed < 5; seed++) {
        storm(seed, 8, 12, step);
        say("locked: %s", yes(coil_lock_locked(&lock)));
    }
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
