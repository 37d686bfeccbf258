#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");

static const char *get(void)
{
    return coil_var_get(&user);
}

static coil_async struct coil_result grandchild(void *arg)
{
    (void)arg;
    say("grandchild sees %s", get());
    coil_var_set(&user, word("grandchild"));
    return coil_value(NULL);
}

static coil_async struct coil_result child(void *name)
{
    say("%s sees %s", (const char *)name, get());
    coil_var_set(&user, name);
    coil_join(coil_create_task(grandchild, NULL));
    say("%s still sees %s", (const char *)name, get());
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_task_options options = {0};

    (void)arg;
    coil_var_set(&user, word("main"));
    options.context = coil_context_copy();
    coil_var_set(&user, word("main, later"));
    coil_join(coil_create_task_with(child, word("a"), &options));
    coil_join(coil_create_task_with(child, word("b"), &options));
    say("main sees %s, context has %s", get(),
        (const char *)coil_context_get(options.context, &user));
    coil_context_unref(options.context);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
