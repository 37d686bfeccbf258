#include "common/conformance.h"

static const char *who(void)
{
    static char name[32];
    struct coil_future *task = coil_current_task();

    if (!task)
        return "nobody";
    coil_task_name(task, name, sizeof(name));
    return name;
}

static coil_async struct coil_result inner(void *arg)
{
    (void)arg;
    say("called in place: %s", who());
    return coil_value(NULL);
}

static coil_async struct coil_result worker(void *arg)
{
    say("first step: %s", who());
    inner(arg);
    coil_yield();
    say("second step: %s", who());
    return coil_value(NULL);
}

static void callback(void *arg)
{
    (void)arg;
    say("callback: %s", who());
}

static void done(struct coil_future *task, void *arg)
{
    (void)task;
    (void)arg;
    say("done-callback: %s", who());
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a =
        coil_create_task_with(worker, NULL, &(struct coil_task_options){.name = "a"});
    struct coil_future *b =
        coil_create_task_with(worker, NULL, &(struct coil_task_options){.name = "b"});

    (void)arg;
    coil_call_soon(coil_loop_current(), new_call(callback, NULL));
    coil_future_add_done_callback(a, new_done(), done, NULL);
    coil_join(a);
    coil_join(b);
    say("in the end: %s", who());
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
