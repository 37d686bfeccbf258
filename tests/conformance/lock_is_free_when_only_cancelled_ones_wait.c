#include "common/workers.h"

static struct coil_lock lock;

static coil_async struct coil_result waiter(void *arg)
{
    int err = coil_lock_acquire(&lock);

    (void)arg;
    if (!err)
        say("waiter has it");
    return coil_error(err);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task;

    (void)arg;
    coil_lock_acquire(&lock);
    task = coil_create_task(waiter, NULL);
    coil_sleep(COIL_SECONDS(1));
    count_turns(2);
    coil_future_cancel(task, NULL);
    coil_lock_release(&lock);
    coil_lock_acquire(&lock);
    say("main has it again");
    tell("waiter", coil_join(task));
    coil_lock_release(&lock);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
