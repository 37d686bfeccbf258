#include "common/conformance.h"

static coil_async struct coil_result link_of_chain(void *arg)
{
    intptr_t n = (intptr_t)arg;

    if (n == 0)
        coil_sleep(COIL_MS(10));
    else
        coil_join(coil_create_task(link_of_chain, (void *)(n - 1)));
    say("task link %d", (int)n);
    return coil_value(NULL);
}

static coil_async struct coil_result call(void *arg)
{
    intptr_t n = (intptr_t)arg;

    if (n == 0)
        coil_sleep(COIL_MS(10));
    else
        call((void *)(n - 1));
    say("call %d", (int)n);
    return coil_value(NULL);
}

static coil_async struct coil_result ticker(void *arg)
{
    (void)arg;
    coil_sleep(COIL_MS(10));
    for (int turn = 1; turn < 5; turn++) {
        say("turn %d", turn);
        coil_yield();
    }
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {
        coil_create_task(ticker, NULL),
        coil_create_task(link_of_chain, (void *)3),
        coil_create_task(call, (void *)3),
    };

    (void)arg;
    for (int i = 0; i < 3; i++)
        coil_join(tasks[i]);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
