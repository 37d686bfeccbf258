#include "common/workers.h"

static struct coil_semaphore semaphore;

static coil_async struct coil_result waiter(void *name)
{
    coil_semaphore_acquire(&semaphore);
    say("%s is in", (char *)name);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(waiter, word("a"));

    (void)arg;
    coil_semaphore_init(&semaphore, 0);
    coil_sleep(COIL_SECONDS(1));
    count_turns(3);
    coil_semaphore_release(&semaphore);
    coil_semaphore_release(&semaphore);
    say("locked: %s", yes(coil_semaphore_locked(&semaphore)));
    coil_semaphore_acquire(&semaphore);
    say("main is in");
    coil_join(task);
    say("locked: %s", yes(coil_semaphore_locked(&semaphore)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
