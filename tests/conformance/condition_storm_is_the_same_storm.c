#include "common/storm.h"

static struct coil_condition condition;

static coil_async int wait_a_while(int n, struct dice *dice)
{
    struct coil_timeout limit;
    int64_t err;

    coil_timeout_enter(&limit, COIL_MS(1 + roll(dice, 4)));
    err = coil_timeout_exit(&limit, coil_condition_wait(&condition));
    if (err == -ECANCELED)
        return -ECANCELED;
    say("%d %s", n, err ? "has waited too long" : "goes on");
    return 0;
}

static coil_async int step(int n, struct dice *dice)
{
    int err = coil_lock_acquire(condition.lock);
    int what;

    if (err)
        return err;
    what = roll(dice, 6);
    if (what < 2)
        coil_condition_notify(&condition, 1 + (size_t)what);
    else if (what == 2)
        coil_condition_notify_all(&condition);
    else
        err = wait_a_while(n, dice);
    if (!err)
        err = pause_by(dice);
    coil_lock_release(condition.lock);
    return err;
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    coil_condition_init(&condition, NULL);
    for (uint32_t seed = 1; seed < 5; seed++) {
        storm(seed, 8, 12, step);
        say("locked: %s", yes(coil_lock_locked(condition.lock)));
    }
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
