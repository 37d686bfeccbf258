#include "common/conformance.h"

static coil_async struct coil_result words(struct coil_generator *self, void *arg)
{
    (void)arg;
    say("body begins");
    coil_generate(self, word("Hi"));
    say("between");
    coil_generate(self, word("You"));
    say("body ends");
    return text("returned");
}

static coil_async void ask(struct coil_generator *generator)
{
    struct coil_result r = coil_generator_next(generator);

    if (r.status < 0)
        say("%s, %s", told(r), told(coil_value(r.value)));
    else
        say("value: %s", told(r));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_generator *generator = coil_generator_open(words, NULL, 0);

    (void)arg;
    say("made");
    for (int i = 0; i < 4; i++)
        ask(generator);
    coil_generator_close(generator);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
