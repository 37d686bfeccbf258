#include "common/conformance.h"

#include <stdio.h>
#include <string.h>

static coil_async struct coil_result echo(struct coil_generator *self, void *arg)
{
    struct coil_result got = coil_generate(self, word("ready"));
    char heard[32];

    (void)arg;
    while (!got.value || strcmp(got.value, "stop")) {
        say("body got %s", told(got));
        snprintf(heard, sizeof(heard), "heard %s", told(got));
        got = coil_generate(self, heard);
    }
    return text("stopped");
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_generator *generator = coil_generator_open(echo, NULL, 0);
    struct coil_result r;

    (void)arg;
    say("too early: %s", told(coil_generator_send(generator, word("too early"))));
    say("first: %s", told(coil_generator_send(generator, NULL)));
    say("send: %s", told(coil_generator_send(generator, word("one"))));
    say("next: %s", told(coil_generator_next(generator)));
    say("send: %s", told(coil_generator_send(generator, word("two"))));
    r = coil_generator_send(generator, word("stop"));
    say("%s, %s", told(r), told(coil_value(r.value)));
    coil_generator_close(generator);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
