#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    coil_sleep(COIL_MS(10));
    coil_var_set(&user, word("worker"));
    coil_sleep(COIL_MS(10));
    coil_var_set(&user, word("worker, later"));
    return coil_value(NULL);
}

static const char *in(struct coil_context *context)
{
    return coil_context_get(context, &user);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_context *context, *again;
    struct coil_future *task;

    (void)arg;
    coil_var_set(&user, word("main"));
    task = coil_create_task(worker, NULL);
    coil_var_set(&user, word("main, later"));
    context = coil_task_context(task);
    for (int i = 0; i < 3; i++) {
        again = coil_task_context(task);
        say("worker has %s, asked again %s", in(context), in(again));
        coil_context_unref(again);
        coil_sleep(COIL_MS(11));
    }
    say("worker had %s, main has %s", in(context), (const char *)coil_var_get(&user));
    coil_context_unref(context);
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
