#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");
static struct coil_generator *generator;

static const char *get(void)
{
    return coil_var_get(&user);
}

static coil_async struct coil_result source(struct coil_generator *self, void *arg)
{
    (void)arg;
    say("body sees %s", get());
    coil_var_set(&user, word("set by the body"));
    coil_generate(self, (void *)1);
    say("body sees %s", get());
    coil_generate(self, (void *)2);
    return coil_value(NULL);
}

static coil_async struct coil_result asker(void *name)
{
    coil_var_set(&user, name);
    coil_generator_next(generator);
    say("%s sees %s", (const char *)name, get());
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    generator = coil_generator_open(source, NULL, 0);
    coil_join(coil_create_task(asker, word("a")));
    coil_join(coil_create_task(asker, word("b")));
    say("main sees %s", get());
    coil_generator_close(generator);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
