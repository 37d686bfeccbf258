#include "common/conformance.h"

static struct coil_future *trigger, *other, *task;
static struct coil_call *timer;

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static coil_async struct coil_result worker(void *arg)
{
    int err = coil_sleep(COIL_SECONDS(1));

    (void)arg;
    say("worker: %s", told_status(err));
    return coil_error(err);
}

static coil_async struct coil_result waiter(void *future)
{
    say("waiter: %s", told(coil_await(future)));
    return coil_value(NULL);
}

static void first(struct coil_future *future, void *arg)
{
    (void)arg;
    say("first: %s", told_future(future));
    coil_future_cancel(task, NULL);
    coil_call_soon(coil_loop_current(), new_call(tell, word("scheduled by first")));
}

static void second(struct coil_future *future, void *arg)
{
    (void)arg;
    say("second: %s, cancelling %d", told_future(future), coil_task_cancelling(task));
    coil_future_set_result(other, text("settled by second"), NULL);
    coil_call_cancel(timer);
}

static void set_off(void *future)
{
    coil_future_set_result(future, text("triggered"), NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();
    struct coil_future *waiting;

    (void)arg;
    trigger = coil_create_future();
    other = coil_create_future();
    task = coil_create_task(worker, NULL);
    waiting = coil_create_task(waiter, other);
    timer = new_call(tell, word("never said"));
    coil_call_later(loop, timer, COIL_MS(30));
    coil_future_add_done_callback(trigger, new_done(), first, NULL);
    coil_future_add_done_callback(trigger, new_done(), second, NULL);
    coil_call_later(loop, new_call(set_off, trigger), COIL_MS(20));
    coil_join(waiting);
    say("task: %s", told(coil_join(task)));
    coil_sleep(COIL_MS(20));
    say("main ends");
    coil_future_unref(trigger);
    coil_future_unref(other);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
