#include "common/storm.h"

static coil_async int64_t inner_scope(int n, struct dice *dice)
{
    struct coil_timeout limit;
    int64_t err;

    coil_timeout_enter(&limit, COIL_MS(roll(dice, 4)));
    err = coil_timeout_exit(&limit, coil_sleep(COIL_MS(roll(dice, 4))));
    if (!err) {
        say("%d is through", n);
    } else if (err == -ETIMEDOUT) {
        say("%d is out of the inner scope", n);
        err = pause_by(dice);
    }
    say("%d inner expired: %s", n, yes(coil_timeout_expired(&limit)));
    return err;
}

static coil_async int step(int n, struct dice *dice)
{
    struct coil_timeout limit;
    int64_t err;

    coil_timeout_enter(&limit, COIL_MS(1 + roll(dice, 5)));
    err = inner_scope(n, dice);
    if (!err)
        err = inner_scope(n, dice);
    err = coil_timeout_exit(&limit, err);
    if (err == -ECANCELED)
        return -ECANCELED;
    if (err)
        say("%d is out of the outer scope", n);
    say("%d cancelling: %d", n, coil_task_cancelling(coil_current_task()));
    return pause_by(dice);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    for (uint32_t seed = 1; seed < 5; seed++)
        storm(seed, 6, 10, step);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
