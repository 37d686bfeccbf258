#include "common/conformance.h"

static struct coil_future *future;

static coil_async struct coil_result link_of_chain(void *arg)
{
    intptr_t n = (intptr_t)arg;
    struct coil_result r;

    if (n == 0)
        r = coil_await(future);
    else
        r = coil_join(coil_create_task(link_of_chain, (void *)(n - 1)));
    say("link %d unwinds", (int)n);
    return r;
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task;

    (void)arg;
    future = coil_create_future();
    task = coil_create_task(link_of_chain, (void *)3);
    coil_sleep(COIL_MS(10));
    coil_future_cancel(task, NULL);
    say("asked, future: %s", told_future(future));
    for (int turn = 1; turn < 6; turn++) {
        coil_yield();
        say("turn %d: %s", turn, told_future(task));
    }
    coil_future_unref(task);
    coil_future_unref(future);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
