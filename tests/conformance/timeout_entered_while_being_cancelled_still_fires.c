#include "common/workers.h"

static coil_async int64_t limited(const char *name, int64_t sleep_ns)
{
    struct coil_timeout limit;

    coil_timeout_enter(&limit, COIL_SECONDS(1));
    return coil_timeout_exit(&limit, work(WORK(name, sleep_ns)).status);
}

static void say_cancelling(struct coil_future *task)
{
    say("cancelling: %d", coil_task_cancelling(task));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_current_task();
    struct coil_timeout limit;
    int64_t status;

    (void)arg;
    coil_future_cancel(task, NULL);
    tell_status("cancelled", coil_sleep(COIL_SECONDS(1)));
    tell_status("cleanup", limited("a", COIL_SECONDS(5)));
    say_cancelling(task);
    cancel_later(task, COIL_MS(500));
    tell_status("cleanup", limited("b", COIL_SECONDS(5)));
    say_cancelling(task);
    coil_timeout_enter(&limit, COIL_SECONDS(1));
    status = limited("c", COIL_SECONDS(5));
    tell_status("inner", limited("d", COIL_SECONDS(5)));
    if (coil_timeout_exit(&limit, status) == -ETIMEDOUT)
        say("outer: out of time");
    say_cancelling(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
