#include "common/conformance.h"

static struct coil_generator *outer;

struct range {
    intptr_t first, last;
};

/* The numbers travel in the pointer itself. */
static coil_async struct coil_result numbers(struct coil_generator *self, void *arg)
{
    struct range *range = arg;

    for (intptr_t n = range->first; n < range->last; n++) {
        int64_t err = coil_generate(self, (void *)n).status;

        if (err < 0)
            return coil_error(err);
    }
    return coil_value(NULL);
}

static coil_async struct coil_result squares(struct coil_generator *self, void *arg)
{
    struct range range = {1, 4};
    struct coil_generator *inner = coil_generator_open(numbers, &range, 0);
    struct coil_result r;

    (void)arg;
    while ((r = coil_generator_next(inner)).status >= 0)
        coil_generate(self, (void *)((intptr_t)r.value * (intptr_t)r.value));
    coil_generator_close(inner);
    say("asking itself: %s", told(coil_generator_next(outer)));
    coil_generate(self, (void *)100);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct range range = {10, 100};
    struct coil_generator *others = coil_generator_open(numbers, &range, 0);
    struct coil_result r;

    (void)arg;
    outer = coil_generator_open(squares, NULL, 0);
    while ((r = coil_generator_next(outer)).status >= 0)
        say("square %d, number %d", (int)(intptr_t)r.value,
            (int)(intptr_t)coil_generator_next(others).value);
    coil_generator_close(outer);
    coil_generator_close(others);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
