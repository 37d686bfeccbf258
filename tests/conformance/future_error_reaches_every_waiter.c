#include "common/conformance.h"

static struct coil_future *future;

static coil_async struct coil_result waiter(void *arg)
{
    struct coil_result r = coil_await(future);

    if (r.status < 0)
        say("%s got %s: %s", (const char *)arg, told(r), reason(coil_current_exception()));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[3];

    (void)arg;
    future = coil_create_future();
    tasks[0] = coil_create_task(waiter, word("a"));
    tasks[1] = coil_create_task(waiter, word("b"));
    coil_sleep(COIL_MS(10));
    coil_future_set_exception(future, ENOSPC, "the disk is full");
    say("failed");
    coil_yield();
    tasks[2] = coil_create_task(waiter, word("late"));
    for (int i = 0; i < 3; i++)
        coil_join(tasks[i]);
    coil_future_unref(future);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
