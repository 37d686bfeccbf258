/*
 * Seed 004, "ContextVars": a new task starts with a copy of its creator's context. It sees what
 * was set before it was made; what either of them sets later is its own.
 */
#include <coil/coil.h>
#include <stdio.h>

static struct coil_var level = COIL_VAR("level", 0);

static int get(void)
{
    return (int)(intptr_t)coil_var_get(&level);
}

static coil_async struct coil_result child(void *arg)
{
    (void)arg;
    printf("child starts with %d\n", get());
    coil_var_set(&level, (void *)3);
    coil_yield();
    printf("child has %d\n", get());
    return coil_value(NULL);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_future *task;

    (void)arg;
    coil_var_set(&level, (void *)1);
    task = coil_create_task(child, NULL);
    coil_var_set(&level, (void *)2);
    coil_join(task);
    printf("main has %d\n", get());
    return coil_value(NULL);
}

int main(void)
{
    coil_run(main_coroutine, NULL);
    printf("outside: %d\n", get());
    return 0;
}
