#include "common/conformance.h"

static struct coil_future *finished;

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static coil_async struct coil_result worker(void *arg)
{
    say("%s runs", (const char *)arg);
    return coil_value(arg);
}

static void finish(struct coil_future *task, void *arg)
{
    (void)arg;
    coil_future_set_result(finished, coil_future_result(task), NULL);
}

static void next_one(struct coil_future *task, void *arg)
{
    struct coil_future *again;

    (void)arg;
    say("%s is done", told_future(task));
    again = coil_create_task(worker, word("second"));
    coil_future_add_done_callback(again, new_done(), finish, NULL);
    coil_future_unref(again);
    say("second created");
}

static void callback(void *arg)
{
    struct coil_future *task = coil_create_task(worker, word("first"));

    (void)arg;
    coil_future_add_done_callback(task, new_done(), next_one, NULL);
    coil_future_unref(task);
    coil_call_soon(coil_loop_current(), new_call(tell, word("scheduled after it")));
    say("first created");
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    finished = coil_create_future();
    coil_call_soon(coil_loop_current(), new_call(callback, NULL));
    say("finished: %s", told(coil_await(finished)));
    coil_future_unref(finished);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
