#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");

static const char *get(void)
{
    return coil_var_get(&user);
}

static coil_async struct coil_result child(void *name)
{
    say("%s begins with %s", (const char *)name, get());
    coil_var_set(&user, name);
    coil_yield();
    say("%s goes on with %s", (const char *)name, get());
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a, *b;

    (void)arg;
    say("main begins with %s", get());
    a = coil_create_task(child, word("a"));
    coil_var_set(&user, word("main"));
    b = coil_create_task(child, word("b"));
    coil_var_set(&user, word("main again"));
    coil_join(a);
    coil_join(b);
    say("main ends with %s", get());
    return coil_value(NULL);
}

int main(void)
{
    int code = run(program);

    say("outside: %s", get());
    return code;
}
