#include "common/storm.h"

static struct coil_semaphore semaphore;

static coil_async int step(int n, struct dice *dice)
{
    int err = pause_by(dice);

    if (!err)
        err = coil_semaphore_acquire(&semaphore);
    if (err)
        return err;
    say("%d is in, locked: %s", n, yes(coil_semaphore_locked(&semaphore)));
    err = pause_by(dice);
    coil_semaphore_release(&semaphore);
    return err;
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    coil_semaphore_init(&semaphore, 2);
    for (uint32_t seed = 1; seed < 5; seed++) {
        storm(seed, 8, 12, step);
        say("locked: %s", yes(coil_semaphore_locked(&semaphore)));
    }
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
