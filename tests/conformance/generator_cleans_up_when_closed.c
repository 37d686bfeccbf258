#include "common/conformance.h"

static coil_async struct coil_result counts(struct coil_generator *self, void *name)
{
    int64_t n[100], err = 0;

    for (int i = 1; i < 100 && !err; i++) {
        n[i] = i;
        err = coil_generate(self, &n[i]).status;
    }
    say("%s cleans up", (const char *)name);
    return coil_error(err);
}

static coil_async struct coil_result fails(struct coil_generator *self, void *arg)
{
    int64_t one = 1;

    (void)arg;
    coil_generate(self, &one);
    return coil_raise(EIO, "cleanup");
}

/* The next number; 0 after the last. */
static coil_async int next(struct coil_generator *generator)
{
    struct coil_result r = coil_generator_next(generator);

    return r.status < 0 ? 0 : (int)*(int64_t *)r.value;
}

static coil_async void close_it(struct coil_generator *generator)
{
    say("closed: %s", told_status(coil_generator_close(generator)));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_generator *begun = coil_generator_open(counts, word("begun"), 0);
    struct coil_generator *fresh = coil_generator_open(counts, word("fresh"), 0);
    struct coil_generator *ended = coil_generator_open(counts, word("ended"), 0);
    struct coil_generator *failing = coil_generator_open(fails, NULL, 0);
    int n = next(begun);

    (void)arg;
    say("begun: %d, %d", n, next(begun));
    close_it(begun);
    close_it(fresh);
    while ((n = next(ended)) > 0)
        if (n == 99)
            say("the last one");
    close_it(ended);
    say("failing: %d", next(failing));
    close_it(failing);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
