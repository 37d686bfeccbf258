#include "common/workers.h"

static struct coil_semaphore semaphore;

static coil_async struct coil_result waiter(void *name)
{
    int err = coil_semaphore_acquire(&semaphore);

    if (!err)
        say("%s is in", (char *)name);
    return coil_error(err);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a = coil_create_task(waiter, word("a"));
    struct coil_future *b = coil_create_task(waiter, word("b"));
    struct coil_future *c;

    (void)arg;
    coil_semaphore_init(&semaphore, 0);
    coil_sleep(COIL_SECONDS(1));
    count_turns(3);
    coil_semaphore_release(&semaphore);
    coil_future_cancel(a, NULL);
    tell("a", coil_join(a));
    tell("b", coil_join(b));
    c = coil_create_task(waiter, word("c"));
    coil_sleep(COIL_SECONDS(1));
    coil_semaphore_release(&semaphore);
    coil_future_cancel(c, NULL);
    tell("c", coil_join(c));
    say("locked: %s", yes(coil_semaphore_locked(&semaphore)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
