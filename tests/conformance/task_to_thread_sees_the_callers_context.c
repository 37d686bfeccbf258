#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");

static const char *get(void)
{
    return coil_var_get(&user);
}

static struct coil_result works(void *name)
{
    say("%s sees %s", (const char *)name, get());
    coil_var_set(&user, name);
    return text("value");
}

static struct coil_result fails(void *name)
{
    say("%s sees %s", (const char *)name, get());
    return coil_raise(EIO, "elsewhere");
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    coil_var_set(&user, word("main"));
    say("works: %s", told(coil_to_thread(works, word("first"), NULL)));
    say("fails: %s", told(coil_to_thread(fails, word("second"), NULL)));
    say("main sees %s", get());
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
