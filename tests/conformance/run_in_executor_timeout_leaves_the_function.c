#include "common/jobs.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_stop_options wait = {.drain_ns = COIL_FOREVER};
    struct coil_executor *executor = pool(1);
    struct coil_future *job;
    struct gate gate;

    gate_init(&gate, "slow");
    job = coil_run_in_executor(executor, gate_job, &gate);
    wait_until_begun(&gate);
    say("waited: %s", told(coil_wait_for(job, COIL_SECONDS(2))));
    coil_future_unref(job);
    let_go(&gate);
    coil_executor_shutdown(executor, &wait);
    say("the function has returned");
    coil_executor_close(executor);
    return coil_value(arg);
}

int main(void)
{
    return run(program);
}
