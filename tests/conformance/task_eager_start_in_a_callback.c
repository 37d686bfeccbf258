#include "common/conformance.h"

static struct coil_future *task;

static const char *who(void)
{
    static char name[32];

    if (!coil_current_task())
        return "nobody";
    coil_task_name(coil_current_task(), name, sizeof(name));
    return name;
}

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    say("first step: %s", who());
    coil_sleep(COIL_MS(5));
    say("second step: %s", who());
    return coil_value(NULL);
}

static void callback(void *arg)
{
    struct coil_task_options options = {.name = "eager", .eager = true};

    (void)arg;
    say("callback: %s", who());
    task = coil_create_task_with(worker, NULL, &options);
    say("back in the callback: %s", who());
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    coil_call_soon(coil_loop_current(), new_call(callback, NULL));
    coil_call_soon(coil_loop_current(), new_call(tell, word("scheduled behind")));
    coil_sleep(COIL_MS(1));
    coil_join(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
