#include "common/conformance.h"

static coil_async struct coil_result ticks(struct coil_generator *self, void *arg)
{
    int err = 0;

    (void)arg;
    for (intptr_t n = 1; !err; n++) {
        coil_generate(self, (void *)n);
        err = coil_sleep(COIL_MS(20));
    }
    say("generator: %s", told_status(err));
    coil_sleep(COIL_MS(5));
    say("generator has cleaned up");
    return coil_error(err);
}

static coil_async struct coil_result consumer(void *arg)
{
    struct coil_generator *generator = coil_generator_open(ticks, NULL, 0);
    struct coil_result r;

    (void)arg;
    while ((r = coil_generator_next(generator)).status >= 0)
        say("tick %d", (int)(intptr_t)r.value);
    say("consumer: %s", told(r));
    say("asked again: %s", told(coil_generator_next(generator)));
    coil_generator_close(generator);
    return r;
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(consumer, NULL);

    (void)arg;
    coil_sleep(COIL_MS(50));
    coil_future_cancel(task, NULL);
    say("await: %s", told(coil_join(task)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
