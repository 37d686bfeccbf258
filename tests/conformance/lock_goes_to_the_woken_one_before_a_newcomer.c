#include "common/workers.h"

static struct coil_lock lock;

static coil_async struct coil_result waiter(void *name)
{
    coil_lock_acquire(&lock);
    say("%s has it", (char *)name);
    coil_sleep(COIL_SECONDS(1));
    coil_lock_release(&lock);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[2];

    (void)arg;
    coil_lock_acquire(&lock);
    tasks[0] = coil_create_task(waiter, word("a"));
    tasks[1] = coil_create_task(waiter, word("b"));
    coil_sleep(COIL_SECONDS(1));
    coil_lock_release(&lock);
    say("released, locked: %s", yes(coil_lock_locked(&lock)));
    count_turns(2);
    coil_lock_acquire(&lock);
    say("main has it again");
    coil_lock_release(&lock);
    coil_wait(tasks, 2, COIL_FOREVER, COIL_ALL_COMPLETED);
    release(tasks, 2);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
