#include "common/jobs.h"

static struct coil_result next(void *arg)
{
    (void)arg;
    return text("next");
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_executor *executor = pool(1);
    struct coil_future *first, *second, *third;
    struct gate running, waiting;
    const char *asked;

    gate_init(&running, "running");
    gate_init(&waiting, "waiting");
    first = coil_run_in_executor(executor, gate_job, &running);
    second = coil_run_in_executor(executor, gate_job, &waiting);
    wait_until_begun(&running);
    asked = yes(coil_future_cancel(first, NULL));
    say("cancel the one that runs: %s, %s", asked, told_future(first));
    asked = yes(coil_future_cancel(second, NULL));
    say("cancel the one that waits: %s, %s", asked, told_future(second));
    asked = told(coil_await(first));
    say("awaited: %s %s", asked, told(coil_await(second)));
    coil_yield(); /* the pool hears of it */
    third = coil_run_in_executor(executor, next, NULL);
    let_go(&running);
    say("the thread is free: %s", told(coil_await(third)));
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
