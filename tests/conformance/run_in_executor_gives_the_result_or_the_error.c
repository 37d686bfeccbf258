#include "common/jobs.h"
#include "common/workers.h"

static coil_async const char *awaited(struct coil_future *future)
{
    const char *how = told(coil_await(future));

    coil_future_unref(future);
    return how;
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_executor *executor = pool(2);
    struct coil_future *bad, *both[2];

    say("value: %s", awaited(coil_run_in_executor(executor, twice, NUMBER(4))));
    bad = coil_run_in_executor(executor, fail, word("broken"));
    tell("error", coil_await(bad));
    coil_future_unref(bad);
    say("default: %s", awaited(coil_run_in_executor(NULL, twice, NUMBER(5))));
    both[0] = coil_run_in_executor(executor, twice, NUMBER(1));
    both[1] = coil_run_in_executor(executor, twice, NUMBER(2));
    tell_gather("gathered", coil_gather(both, 2, COIL_TAKE_REFS), 2);
    coil_executor_close(executor);
    return coil_value(arg);
}

int main(void)
{
    return run(program);
}
