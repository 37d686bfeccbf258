#include "common/conformance.h"

static struct coil_future *future;

static coil_async struct coil_result waiter(void *arg)
{
    say("%s got %s", (const char *)arg, told(coil_await(future)));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    static const char *const names[] = {"a", "b", "c"};
    struct coil_future *tasks[3];
    bool asked;

    (void)arg;
    future = coil_create_future();
    for (int i = 0; i < 3; i++)
        tasks[i] = coil_create_task(waiter, word(names[i]));
    coil_sleep(COIL_MS(10));
    asked = coil_future_cancel(tasks[1], NULL);
    say("cancel b: %s, future: %s", yes(asked), told_future(future));
    for (int i = 0; i < 3; i++)
        coil_await(tasks[i]);
    say("b: %s, cancelling %d; a: cancelling %d", told_future(tasks[1]),
        coil_task_cancelling(tasks[1]), coil_task_cancelling(tasks[0]));
    for (int i = 0; i < 3; i++)
        coil_future_unref(tasks[i]);
    coil_future_unref(future);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
