#include "common/workers.h"

static struct coil_condition condition;

static coil_async struct coil_result waiter(void *arg)
{
    int err;

    (void)arg;
    coil_lock_acquire(condition.lock);
    err = coil_condition_wait(&condition);
    say("waiter unwinds, locked: %s", yes(coil_lock_locked(condition.lock)));
    coil_lock_release(condition.lock);
    return coil_error(err);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(waiter, NULL);

    (void)arg;
    coil_condition_init(&condition, NULL);
    coil_sleep(COIL_SECONDS(1));
    coil_lock_acquire(condition.lock);
    coil_future_cancel(task, NULL);
    say("cancelled");
    coil_sleep(COIL_SECONDS(2));
    say("done: %s", yes(coil_future_done(task)));
    coil_lock_release(condition.lock);
    tell("waiter", coil_join(task));
    say("locked: %s", yes(coil_lock_locked(condition.lock)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
