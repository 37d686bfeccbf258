#include "common/conformance.h"

static coil_async struct coil_result returns(void *arg)
{
    (void)arg;
    coil_sleep(COIL_MS(10));
    return coil_number(42);
}

static coil_async struct coil_result raises(void *arg)
{
    (void)arg;
    coil_sleep(COIL_MS(10));
    return coil_raise(ENOENT, "no such coil");
}

static coil_async struct coil_result sleeps(void *arg)
{
    (void)arg;
    return coil_error(coil_sleep(COIL_SECONDS(1)));
}

struct kind {
    const char *name;
    coil_coroutine_fn *fn;
    struct coil_future *task;
};

static coil_async struct coil_result waiter(void *arg)
{
    struct kind *kind = arg;
    const char *once = told(coil_await(kind->task));

    say("%s: %s, again %s", kind->name, once, told(coil_await(kind->task)));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct kind kinds[] = {
        {"returns", returns, NULL}, {"raises", raises, NULL}, {"sleeps", sleeps, NULL}};
    struct coil_future *waiters[6];

    (void)arg;
    for (int i = 0; i < 3; i++)
        kinds[i].task = coil_create_task(kinds[i].fn, NULL);
    for (int i = 0; i < 6; i++)
        waiters[i] = coil_create_task(waiter, &kinds[i / 2]);
    coil_sleep(COIL_MS(20));
    coil_future_cancel(kinds[2].task, NULL);
    for (int i = 0; i < 6; i++)
        coil_join(waiters[i]);
    for (int i = 0; i < 3; i++)
        say("%s: %s, cancelled %s", kinds[i].name, told_future(kinds[i].task),
            yes(coil_future_cancelled(kinds[i].task)));
    say("why: %s", reason(coil_future_exception(kinds[1].task)));
    for (int i = 0; i < 3; i++)
        coil_future_unref(kinds[i].task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
