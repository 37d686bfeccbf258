#include "common/jobs.h"

static void let_it_go(void *gate)
{
    let_go(gate);
}

static coil_async struct coil_result program(void *arg)
{
    const struct coil_stop_options wait = {.drain_ns = COIL_FOREVER};
    struct coil_loop *loop = coil_loop_current();
    struct coil_executor *executor = pool(1);
    struct coil_future *jobs[2], *third;
    struct gate gates[2];

    (void)arg;
    coil_loop_set_default_executor(loop, executor);
    gate_init(&gates[0], "first");
    gate_init(&gates[1], "second");
    for (int i = 0; i < 2; i++)
        jobs[i] = coil_run_in_executor(NULL, gate_job, &gates[i]);
    wait_until_begun(&gates[0]);
    let_go(&gates[1]);
    coil_call_soon(loop, new_call(let_it_go, &gates[0]));
    coil_executor_shutdown(executor, &wait);
    say("it is shut down");
    for (int i = 0; i < 2; i++)
        say("%s", told(coil_join(jobs[i])));
    third = coil_run_in_executor(NULL, gate_job, &gates[0]);
    if (coil_join(third).status == -COIL_ESTOPPED)
        say("a third is refused");
    coil_loop_set_default_executor(loop, NULL);
    coil_executor_close(executor);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
