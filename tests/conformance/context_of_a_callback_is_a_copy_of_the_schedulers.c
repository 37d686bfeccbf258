#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");

static const char *get(void)
{
    return coil_var_get(&user);
}

static void callback(void *name)
{
    say("%s sees %s", (const char *)name, get());
    coil_var_set(&user, name);
    say("%s set %s", (const char *)name, get());
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();

    (void)arg;
    coil_var_set(&user, word("early"));
    coil_call_later(loop, new_call(callback, word("timer")), COIL_MS(10));
    coil_call_soon(loop, new_call(callback, word("first")));
    coil_call_soon(loop, new_call(callback, word("second")));
    coil_var_set(&user, word("late"));
    coil_call_soon(loop, new_call(callback, word("third")));
    coil_sleep(COIL_MS(20));
    say("main sees %s", get());
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
