#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");
static struct coil_var role = COIL_VAR("role", "none");

static const char *get(struct coil_var *var)
{
    return coil_var_get(var);
}

static void set_role(void *value)
{
    coil_var_set(&role, value);
}

static void visit(void *name)
{
    struct coil_context *inner;

    say("%s sees %s, %s", (const char *)name, get(&user), get(&role));
    coil_var_set(&user, name);
    inner = coil_context_copy();
    coil_context_run(inner, set_role, word("inner"));
    say("%s still has role %s, inner has %s", (const char *)name, get(&role),
        (const char *)coil_context_get(inner, &role));
    coil_context_unref(inner);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_context *context;

    (void)arg;
    coil_var_set(&user, word("main"));
    context = coil_context_copy();
    coil_var_set(&role, word("admin"));
    coil_context_run(context, visit, word("a"));
    coil_context_run(context, visit, word("b"));
    say("main has %s, %s", get(&user), get(&role));
    say("context has %s, %s", (const char *)coil_context_get(context, &user),
        (const char *)coil_context_get(context, &role));
    coil_context_unref(context);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
