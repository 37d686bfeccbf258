/*
 * Seed 004, "Coroutine returns error immediately": deep inside main, a function finds the task
 * main and awaits it, that is: itself. Both libraries refuse; coil says who it was.
 */
#include <coil/coil.h>
#include <stdio.h>
#include <string.h>

static coil_async struct coil_result unit_task(void)
{
    struct coil_future *tasks[8];
    size_t n = coil_all_tasks(coil_loop_current(), tasks, 8);
    char name[16];

    for (size_t i = 0; i < n && i < 8; i++) {
        coil_task_name(tasks[i], name, sizeof(name));
        if (strcmp(name, "main") == 0)
            return coil_await(tasks[i]);
    }
    return coil_raise(ESRCH, "no task is called main");
}

static coil_async struct coil_result recursion(void)
{
    return unit_task();
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_result r;

    (void)arg;
    coil_task_set_name(coil_current_task(), "main");
    r = recursion();
    printf("%s\n%s\n", coil_strerror(r.status), coil_exception_text(coil_current_exception()));
    return r;
}

int main(void)
{
    return coil_run(main_coroutine, NULL).status != -EDEADLK;
}
