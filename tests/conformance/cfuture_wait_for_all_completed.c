#include "common/jobs.h"

int main(void)
{
    struct coil_executor *executor = pool(4);
    struct coil_cfuture *jobs[3];
    struct gate gate;
    int64_t done;

    gate_init(&gate, "gate");
    jobs[0] = coil_executor_submit(executor, gate_job, &gate);
    jobs[1] = coil_executor_submit(executor, twice, NUMBER(2));
    wait_until_begun(&gate);
    coil_cfuture_wait_many(jobs + 1, 1, COIL_FOREVER, COIL_ALL_COMPLETED); /* not in a task */
    jobs[2] = coil_executor_submit(executor, fail, word("bad"));
    coil_cfuture_wait_many(jobs + 2, 1, COIL_FOREVER, COIL_ALL_COMPLETED); /* not in a task */
    let_go(&gate);
    done = coil_cfuture_wait_many(jobs, 3, COIL_FOREVER, COIL_ALL_COMPLETED); /* not in a task */
    say("done: %d: %s %s %s", (int)done, state(jobs[0]), state(jobs[1]), state(jobs[2]));

    coil_cfuture_exception(jobs[2]); /* seen */
    for (int i = 0; i < 3; i++)
        coil_cfuture_unref(jobs[i]);
    shut(executor);
    return 0;
}
