#include "common/conformance.h"

static struct coil_condition condition;
static int level;

static bool enough(void *arg)
{
    (void)arg;
    say("level %d", level);
    return level >= 2;
}

static coil_async struct coil_result waiter(void *arg)
{
    (void)arg;
    coil_lock_acquire(condition.lock);
    coil_condition_wait_for(&condition, enough, NULL);
    say("enough");
    coil_condition_wait_for(&condition, enough, NULL);
    say("still");
    coil_lock_release(condition.lock);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(waiter, NULL);

    (void)arg;
    coil_condition_init(&condition, NULL);
    while (!coil_future_done(task)) {
        coil_sleep(COIL_SECONDS(1));
        coil_lock_acquire(condition.lock);
        level++;
        coil_condition_notify(&condition, 1);
        coil_lock_release(condition.lock);
    }
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
