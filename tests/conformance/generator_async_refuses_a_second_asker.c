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
    return coil_error(err);
}

static coil_async struct coil_result asker(void *name)
{
    struct coil_result r = coil_generator_next(generator);

    if (r.status < 0)
        say("%s: %s", (const char *)name, told(r));
    else
        say("%s gets %d", (const char *)name, (int)(intptr_t)r.value);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *first;

    (void)arg;
    generator = coil_generator_open(source, NULL, 0);
    first = coil_create_task(asker, word("first"));
    coil_sleep(COIL_MS(10));
    asker(word("second"));
    coil_join(first);
    asker(word("third"));
    coil_generator_close(generator);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
