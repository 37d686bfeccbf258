#include "common/conformance.h"

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    coil_yield();
    coil_call_soon(coil_loop_current(), new_call(tell, word("scheduled by the last step")));
    say("worker ends");
    return text("result");
}

static void done(struct coil_future *task, void *arg)
{
    (void)arg;
    say("callback sees %s", told_future(task));
}

static coil_async struct coil_result watcher(void *task)
{
    say("watcher got %s", told(coil_await(task)));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(worker, NULL), *watching;

    (void)arg;
    coil_future_add_done_callback(task, new_done(), done, NULL);
    watching = coil_create_task(watcher, task);
    for (int turn = 1; turn < 5; turn++) {
        coil_yield();
        say("turn %d: task %s, watcher %s", turn, told_future(task), told_future(watching));
    }
    coil_future_unref(watching);
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
