#include "common/conformance.h"

static struct coil_future *task;

static coil_async struct coil_result shared(void *arg)
{
    int err = coil_sleep(COIL_SECONDS(1));

    (void)arg;
    say("shared unwinds");
    return coil_error(err);
}

static coil_async struct coil_result waiter(void *arg)
{
    const char *result = told(coil_await(task));

    say("%s: %s, cancelling %d", (const char *)arg, result,
        coil_task_cancelling(coil_current_task()));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a, *b;

    (void)arg;
    task = coil_create_task(shared, NULL);
    a = coil_create_task(waiter, word("a"));
    b = coil_create_task(waiter, word("b"));
    coil_sleep(COIL_MS(10));
    coil_future_cancel(b, NULL);
    say("asked, shared: %s, cancelling %d", told_future(task), coil_task_cancelling(task));
    coil_join(a);
    coil_join(b);
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
