#include "common/jobs.h"

static const char *next(struct coil_cfuture_as_completed *iteration)
{
    /* not in a task */
    struct coil_result r = coil_cfuture_as_completed_next(iteration, COIL_SECONDS(60));

    return r.status == 0 ? result(r.value, COIL_FOREVER) : "no more";
}

int main(void)
{
    static const char *const names[] = {"one", "two", "three"};
    struct coil_executor *executor = pool(3);
    struct coil_cfuture_as_completed *iteration;
    struct coil_cfuture *jobs[3];
    struct gate gates[3];

    for (int i = 0; i < 3; i++) {
        gate_init(&gates[i], names[i]);
        jobs[i] = coil_executor_submit(executor, gate_job, &gates[i]);
        wait_until_begun(&gates[i]);
    }
    let_go(&gates[2]);
    result(jobs[2], COIL_FOREVER);
    iteration = coil_cfuture_as_completed_open(jobs, 3);
    say("first: %s", next(iteration));
    let_go(&gates[0]);
    say("second: %s", next(iteration));
    let_go(&gates[1]);
    say("third: %s", next(iteration));
    say("then: %s", next(iteration));
    coil_cfuture_as_completed_close(iteration);
    for (int i = 0; i < 3; i++)
        coil_cfuture_unref(jobs[i]);
    shut(executor);
    return 0;
}
