/*
 * Seed 003, "Generator based coroutines": sleep_5 and sleep_7 by `yield from`. Their twin is the
 * stackless coroutine: a state and a place to go on at. asyncio has dropped its own; here they
 * stay, being the ones of which a million fit.
 */
#include <coil/coil.h>
#include <stdio.h>

struct sleeper {
    int tenths;
};

static enum coil_step sleeper(struct coil_stackless *co, struct sleeper *self)
{
    COIL_BEGIN(co);
    printf("sleep_%d begins\n", self->tenths);
    COIL_SLEEP(co, self->tenths * COIL_MS(10));
    if (co->sent.status < 0)
        COIL_RETURN(co, co->sent);
    printf("sleep_%d ends\n", self->tenths);
    COIL_END(co);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct sleeper five = {5};
    struct sleeper seven = {7};
    struct coil_future *sleep_7 = coil_create_stackless_task(sleeper, &seven, sizeof(seven), NULL);
    struct coil_future *sleep_5 = coil_create_stackless_task(sleeper, &five, sizeof(five), NULL);

    (void)arg;
    coil_join(sleep_5);
    return coil_join(sleep_7);
}

int main(void)
{
    return coil_run(main_coroutine, NULL).status < 0;
}
