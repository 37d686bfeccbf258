#include "common/conformance.h"

struct sleeper {
    const char *name;
    int64_t delay_ns;
};

static coil_async struct coil_result sleeper(void *arg)
{
    struct sleeper *self = arg;

    say("%s: %s", self->name, told_status(coil_sleep(self->delay_ns)));
    return coil_value(NULL);
}

static void cancel(void *task)
{
    coil_future_cancel(task, NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct sleeper jobs[] = {
        {"an hour", COIL_SECONDS(3600)}, {"twenty", COIL_MS(20)}, {"a yield", 0}};
    struct coil_future *tasks[3];

    (void)arg;
    for (int i = 0; i < 3; i++)
        tasks[i] = coil_create_task(sleeper, &jobs[i]);
    coil_yield();
    coil_future_cancel(tasks[2], NULL);
    coil_call_later(coil_loop_current(), new_call(cancel, tasks[0]), COIL_MS(10));
    for (int i = 0; i < 3; i++)
        coil_join(tasks[i]);
    say("main ends");
    return coil_value(NULL);
}

int main(void)
{
    int code = run(program);

    say("nothing was left");
    return code;
}
