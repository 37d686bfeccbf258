#include "common/conformance.h"

static coil_async struct coil_result waiter(void *future)
{
    say("waiter got %s", told(coil_await(future)));
    return text("ended");
}

static void settle(void *future)
{
    if (coil_future_done(future))
        say("too late: %s", told_future(future));
    else
        coil_future_set_result(future, text("on time"), NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();
    struct coil_future *early = coil_create_future(), *late = coil_create_future(), *task;

    (void)arg;
    coil_call_later(loop, new_call(settle, early), COIL_MS(25));
    coil_call_later(loop, new_call(settle, late), COIL_MS(75));
    say("early: %s", told(waiter(early)));
    task = coil_create_task(waiter, late);
    coil_sleep(COIL_MS(25));
    coil_future_cancel(late, NULL);
    say("late: %s", told(coil_join(task)));
    coil_sleep(COIL_MS(50));
    say("over");
    coil_future_unref(early);
    coil_future_unref(late);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
