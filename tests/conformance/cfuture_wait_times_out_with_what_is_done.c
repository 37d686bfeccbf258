#include "common/jobs.h"

int main(void)
{
    struct coil_executor *executor = pool(2);
    struct coil_cfuture *jobs[2];
    struct gate gate;
    int64_t done;

    gate_init(&gate, "gate");
    jobs[0] = coil_executor_submit(executor, gate_job, &gate);
    jobs[1] = coil_executor_submit(executor, twice, NUMBER(2));
    wait_until_begun(&gate);
    result(jobs[1], COIL_FOREVER);
    done = coil_cfuture_wait_many(jobs, 2, COIL_MS(10), COIL_ALL_COMPLETED); /* not in a task */
    say("done: %d: %s %s", (int)done, state(jobs[0]), state(jobs[1]));
    let_go(&gate);
    say("later: %s", result(jobs[0], COIL_FOREVER));
    coil_cfuture_unref(jobs[0]);
    coil_cfuture_unref(jobs[1]);
    shut(executor);
    return 0;
}
