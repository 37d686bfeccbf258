#include "common/workers.h"

static struct coil_lock lock;

static coil_async struct coil_result waiter(void *name)
{
    int err = coil_lock_acquire(&lock);

    if (err) {
        say("%s is cancelled, locked: %s", (char *)name, yes(coil_lock_locked(&lock)));
        return coil_error(err);
    }
    say("%s has it", (char *)name);
    coil_lock_release(&lock);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[3];

    (void)arg;
    coil_lock_acquire(&lock);
    tasks[0] = coil_create_task(waiter, word("a"));
    tasks[1] = coil_create_task(waiter, word("b"));
    tasks[2] = coil_create_task(waiter, word("c"));
    coil_sleep(COIL_SECONDS(1));
    count_turns(4);
    coil_lock_release(&lock);
    coil_future_cancel(tasks[0], NULL);
    for (int i = 0; i < 3; i++)
        tell("ended", coil_join(tasks[i]));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
