#include "common/conformance.h"

static coil_async struct coil_result fails(struct coil_generator *self, void *arg)
{
    (void)arg;
    coil_generate(self, word("one"));
    return coil_raise(EIO, "the body broke");
}

static coil_async void ask(struct coil_generator *generator)
{
    struct coil_result r = coil_generator_next(generator);

    if (r.status == -COIL_EENDED)
        say("%s", told(r));
    else if (r.status < 0)
        say("%s: %s", told(r), reason(coil_current_exception()));
    else
        say("value: %s", told(r));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_generator *generator = coil_generator_open(fails, NULL, 0);

    (void)arg;
    for (int i = 0; i < 4; i++)
        ask(generator);
    coil_yield();
    say("main goes on");
    coil_generator_close(generator);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
