#include "common/storm.h"

static struct coil_event event;

static coil_async int wait_a_while(int n, struct dice *dice)
{
    struct coil_timeout limit;
    int64_t err;

    coil_timeout_enter(&limit, COIL_MS(1 + roll(dice, 4)));
    err = coil_timeout_exit(&limit, coil_event_wait(&event));
    if (err == -ECANCELED)
        return -ECANCELED;
    say("%d %s", n, err ? "has waited too long" : "goes on");
    return 0;
}

static coil_async int step(int n, struct dice *dice)
{
    int what = roll(dice, 5), err = 0;

    if (what == 0)
        coil_event_set(&event);
    else if (what == 1)
        coil_event_clear(&event);
    else
        err = wait_a_while(n, dice);
    return err ? err : pause_by(dice);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    for (uint32_t seed = 1; seed < 5; seed++) {
        storm(seed, 8, 12, step);
        say("set: %s", yes(coil_event_is_set(&event)));
    }
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
