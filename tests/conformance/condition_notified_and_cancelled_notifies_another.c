#include "common/workers.h"

static struct coil_condition condition;

static coil_async struct coil_result waiter(void *name)
{
    int err;

    coil_lock_acquire(condition.lock);
    err = coil_condition_wait(&condition);
    if (!err)
        say("%s goes on", (char *)name);
    coil_lock_release(condition.lock);
    return coil_error(err);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {coil_create_task(waiter, word("a")),
                                   coil_create_task(waiter, word("b")),
                                   coil_create_task(waiter, word("c"))};

    (void)arg;
    coil_condition_init(&condition, NULL);
    coil_sleep(COIL_SECONDS(1));
    coil_lock_acquire(condition.lock);
    coil_condition_notify(&condition, 1);
    coil_future_cancel(tasks[0], NULL);
    coil_lock_release(condition.lock);
    tell("a", coil_join(tasks[0]));
    tell("b", coil_join(tasks[1]));
    say("c done: %s", yes(coil_future_done(tasks[2])));
    coil_lock_acquire(condition.lock);
    coil_condition_notify(&condition, 1);
    coil_lock_release(condition.lock);
    tell("c", coil_join(tasks[2]));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
