#include "common/jobs.h"

int main(void)
{
    struct coil_executor *executor = pool(1);
    struct coil_cfuture *job;
    struct gate gate;

    gate_init(&gate, "job");
    job = coil_executor_submit(executor, gate_job, &gate);
    wait_until_begun(&gate);
    coil_cfuture_cancel(job);
    say("cancelled: %s, it is %s", cancelled(job), state(job));
    say("at once: %s", result(job, 0));
    let_go(&gate);
    say("in the end: %s, cancelled: %s", result(job, COIL_FOREVER), cancelled(job));
    coil_cfuture_unref(job);
    shut(executor);
    return 0;
}
