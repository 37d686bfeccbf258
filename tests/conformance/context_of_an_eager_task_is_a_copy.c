#include "common/conformance.h"

static struct coil_var user = COIL_VAR("user", "nobody");

static const char *get(void)
{
    return coil_var_get(&user);
}

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    say("first step sees %s", get());
    coil_var_set(&user, word("worker"));
    coil_yield();
    say("second step sees %s", get());
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task;

    (void)arg;
    coil_var_set(&user, word("main"));
    task = coil_create_task_with(worker, NULL, &(struct coil_task_options){.eager = true});
    say("main sees %s", get());
    coil_var_set(&user, word("main, later"));
    coil_join(task);
    say("main sees %s", get());
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
