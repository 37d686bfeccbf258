/*
 * Seed 004, "Tasks hangs": main awaits t1, t1 awaits t2, t2 awaits main. In asyncio nothing ever
 * happens again; here t2 is told, and the error goes back along the chain to main.
 */
#include <coil/coil.h>
#include <stdio.h>

static struct coil_future *main_task;

static coil_async struct coil_result unit_task(void *arg)
{
    struct coil_result r = coil_await(main_task);

    (void)arg;
    printf("t2: %s\n", coil_exception_text(coil_current_exception()));
    return r;
}

static coil_async struct coil_result recursion(void *arg)
{
    struct coil_task_options options = {.name = "t2"};

    return coil_join(coil_create_task_with(unit_task, arg, &options));
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    struct coil_task_options options = {.name = "t1"};
    struct coil_result r;

    main_task = coil_current_task();
    coil_task_set_name(main_task, "main");
    r = coil_join(coil_create_task_with(recursion, arg, &options));
    printf("main: %s\n", coil_strerror(r.status));
    return r;
}

int main(void)
{
    return coil_run(main_coroutine, NULL).status != -EDEADLK;
}
