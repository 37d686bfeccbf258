/*
 * Seed 003, "Async/await based coroutines": the same two, and one that awaits another. A coroutine
 * with a stack is a function: to await it in place, call it. `coil_async` marks what may suspend;
 * a script checks the marks.
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async int hi(int tenths)
{
    int err = coil_sleep(tenths * COIL_MS(10));

    printf("hi after %d\n", tenths);
    return err;
}

static coil_async struct coil_result sleep_5(void *arg)
{
    (void)arg;
    return coil_error(hi(5));
}

static coil_async struct coil_result sleep_7(void *arg)
{
    (void)arg;
    return coil_error(hi(7));
}

static coil_async struct coil_result coro(void *arg)
{
    struct coil_future *seven = coil_create_task(sleep_7, NULL);

    sleep_5(arg);
    return coil_join(seven);
}

int main(void)
{
    return coil_run(coro, NULL).status < 0;
}
