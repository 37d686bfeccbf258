#include "common/conformance.h"

static coil_async struct coil_result worker(void *future)
{
    struct coil_result r = coil_await(future);

    say("worker: %s", told(r));
    return r;
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *future = coil_create_future(), *task = coil_create_task(worker, future);

    (void)arg;
    coil_sleep(COIL_MS(10));
    say("cancel: %s", yes(coil_future_cancel(task, NULL)));
    say("future: %s, task: %s", told_future(future), told_future(task));
    coil_yield();
    say("one turn later: %s, cancelled %s", told_future(task), yes(coil_future_cancelled(task)));
    coil_future_unref(task);
    coil_future_unref(future);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
