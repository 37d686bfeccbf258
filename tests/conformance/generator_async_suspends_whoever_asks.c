#include "common/conformance.h"

static coil_async struct coil_result ticks(struct coil_generator *self, void *arg)
{
    intptr_t n = (intptr_t)arg;

    for (intptr_t i = 1; i < n; i++) {
        coil_sleep(COIL_MS(10));
        coil_generate(self, (void *)i);
    }
    say("generator ends");
    return coil_value(NULL);
}

static coil_async struct coil_result other(void *arg)
{
    (void)arg;
    for (int i = 1; i < 4; i++) {
        coil_sleep(COIL_MS(8));
        say("other %d", i);
    }
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(other, NULL);
    struct coil_generator *generator = coil_generator_open(ticks, (void *)4, 0);
    struct coil_result r;

    (void)arg;
    while ((r = coil_generator_next(generator)).status >= 0)
        say("tick %d", (int)(intptr_t)r.value);
    coil_generator_close(generator);
    coil_join(task);
    say("main ends");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
