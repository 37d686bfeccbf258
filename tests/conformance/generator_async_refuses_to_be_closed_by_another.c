#include "common/conformance.h"

static struct coil_generator *generator;

static coil_async struct coil_result source(struct coil_generator *self, void *arg)
{
    int64_t err = 0;

    (void)arg;
    for (intptr_t n = 1; n < 4 && err >= 0; n++) {
        coil_sleep(COIL_MS(20));
        err = coil_generate(self, (void *)n).status;
    }
    say("cleans up");
    return coil_error(err);
}

static coil_async struct coil_result asker(void *arg)
{
    (void)arg;
    say("gets %d", (int)(intptr_t)coil_generator_next(generator).value);
    return coil_value(NULL);
}

static coil_async void close_it(void)
{
    int64_t err = coil_generator_close(generator);

    say("%s", err == 0 ? "closed" : told_status(err));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *first;

    (void)arg;
    generator = coil_generator_open(source, NULL, 0);
    first = coil_create_task(asker, NULL);
    coil_sleep(COIL_MS(10));
    close_it();
    close_it();
    coil_join(first);
    asker(NULL);
    close_it();
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
