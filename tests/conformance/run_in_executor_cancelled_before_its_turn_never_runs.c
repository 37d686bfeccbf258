#include "common/jobs.h"

static struct coil_result tells(void *what)
{
    say("%s begins", (const char *)what);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_executor *executor = pool(1);
    struct coil_future *first, *second, *third;
    struct gate gate;

    gate_init(&gate, "first");
    first = coil_run_in_executor(executor, gate_job, &gate);
    wait_until_begun(&gate);
    second = coil_run_in_executor(executor, tells, word("second"));
    third = coil_run_in_executor(executor, tells, word("third"));
    if (coil_wait_for(second, COIL_MS(10)).status == -ETIMEDOUT)
        say("second: out of time");
    let_go(&gate);
    coil_await(third);
    say("first: %s", told(coil_await(first)));
    coil_future_unref(first);
    coil_future_unref(second);
    coil_future_unref(third);
    coil_executor_close(executor);
    return coil_value(arg);
}

int main(void)
{
    return run(program);
}
