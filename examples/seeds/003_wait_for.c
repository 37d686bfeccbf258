/*
 * Seed 003, asyncio.wait_for: hi sleeps for 10 and may take 10. Calls for the same time run in the
 * order in which they were made, and the timeout was made first: it wins, in asyncio by luck of
 * the clock, on coil's simulator always. (Here hi sleeps a hair longer, so that it is so on every
 * clock.)
 */
#include <coil/coil.h>
#include <stdio.h>

static coil_async struct coil_result hi(void *n)
{
    (void)n;
    return coil_error(coil_sleep(COIL_MS(100) + 1));
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_result r = coil_wait_for_call(hi, (void *)2, COIL_MS(100));

    (void)arg;
    if (r.status == -ETIMEDOUT)
        printf("timeout exceeded!\n");
    return r;
}

int main(void)
{
    return coil_run(main_coroutine, NULL).status != -ETIMEDOUT;
}
