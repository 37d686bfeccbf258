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
}

static struct coil_call *call_in(struct coil_context *context, const char *name)
{
    struct coil_call *call = new_call(callback, word(name));

    coil_call_set_context(call, context);
    return call;
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();
    struct coil_context *context;

    (void)arg;
    coil_var_set(&user, word("main"));
    context = coil_context_copy();
    coil_var_set(&user, word("main, later"));
    coil_call_soon(loop, call_in(context, "a"));
    coil_call_soon(loop, call_in(context, "b"));
    coil_call_soon(loop, new_call(callback, word("c")));
    coil_yield();
    say("main sees %s, context has %s", get(), (const char *)coil_context_get(context, &user));
    coil_context_unref(context);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
