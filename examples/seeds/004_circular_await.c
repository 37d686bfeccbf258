/*
 * Seed 004, "Circular await": f awaits g, g awaits f. asyncio hangs, and cancelling one of them
 * ends in a RecursionError. Here the await that would close the circle is refused at once, with
 * the chain in its text; release never has to come.
 */
#include <coil/coil.h>
#include <stdio.h>

static struct coil_future *f_task;
static struct coil_future *g_task;

static coil_async struct coil_result f(void *arg)
{
    (void)arg;
    return coil_await(g_task);
}

static coil_async struct coil_result g(void *arg)
{
    struct coil_result r = coil_await(f_task);

    (void)arg;
    printf("g: %s\n", coil_exception_text(coil_current_exception()));
    return r;
}

static coil_async struct coil_result release(void *arg)
{
    int err = coil_sleep(COIL_MS(500));

    (void)arg;
    if (err == 0)
        coil_future_cancel(f_task, NULL);
    return coil_error(err);
}

static coil_async struct coil_result test(void *arg)
{
    struct coil_future *all[3];
    struct coil_result r;

    all[0] = f_task = coil_create_task(f, arg);
    all[1] = g_task = coil_create_task(g, arg);
    all[2] = coil_create_task(release, arg);
    r = coil_join(coil_gather(all, 3, COIL_TAKE_REFS));
    printf("test: %s\n", coil_strerror(r.status));
    return r;
}

int main(void)
{
    return coil_run(test, NULL).status != -EDEADLK;
}
