#include "common/conformance.h"

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static void schedule(void *arg)
{
    coil_call_soon(coil_loop_current(), new_call(tell, arg));
}

static coil_async struct coil_result sleeper(void *arg)
{
    (void)arg;
    coil_sleep(COIL_MS(10));
    say("sleeper wakes");
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();
    struct coil_future *task = coil_create_task(sleeper, NULL);

    (void)arg;
    coil_yield();
    coil_call_later(loop, new_call(tell, word("timer made after the sleep")), COIL_MS(10));
    coil_call_later(loop, new_call(schedule, word("scheduled by a timer")), COIL_MS(10));
    coil_join(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
