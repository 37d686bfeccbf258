#include "common/conformance.h"

static struct coil_future *future;

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static void done(struct coil_future *of, void *arg)
{
    (void)of;
    (void)arg;
    say("callback");
}

static coil_async struct coil_result waiter(void *arg)
{
    const char *name = arg;

    say("%s waits", name);
    say("%s got %s", name, told(coil_await(future)));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();
    struct coil_future *tasks[4];

    (void)arg;
    future = coil_create_future();
    tasks[0] = coil_create_task(waiter, word("a"));
    tasks[1] = coil_create_task(waiter, word("b"));
    coil_yield();
    coil_future_add_done_callback(future, new_done(), done, NULL);
    tasks[2] = coil_create_task(waiter, word("c"));
    tasks[3] = coil_create_task(waiter, word("d"));
    coil_sleep(COIL_MS(10));
    coil_call_soon(loop, new_call(tell, word("ready before")));
    coil_future_set_result(future, coil_number(7), NULL);
    coil_call_soon(loop, new_call(tell, word("ready after")));
    say("settled");
    for (int i = 0; i < 4; i++)
        coil_join(tasks[i]);
    coil_future_unref(future);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
