#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");

static const char *get(void)
{
    return coil_var_get(&user);
}

static void done(struct coil_future *future, void *name)
{
    (void)future;
    say("%s sees %s", (const char *)name, get());
    coil_var_set(&user, name);
}

static coil_async struct coil_result settler(void *future)
{
    coil_var_set(&user, word("settler"));
    coil_future_set_result(future, coil_value(NULL), NULL);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *future = coil_create_future();
    struct coil_context *context;

    (void)arg;
    coil_var_set(&user, word("early"));
    coil_future_add_done_callback(future, new_done(), done, word("a"));
    context = coil_context_copy();
    coil_future_add_done_callback_in(future, new_done(), done, word("b"), context);
    coil_var_set(&user, word("late"));
    coil_future_add_done_callback(future, new_done(), done, word("c"));
    coil_join(coil_create_task(settler, future));
    coil_yield();
    say("main sees %s, context has %s", get(), (const char *)coil_context_get(context, &user));
    coil_context_unref(context);
    coil_future_unref(future);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
