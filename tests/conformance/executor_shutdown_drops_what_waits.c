#include "common/jobs.h"

static void let_first_go(struct coil_cfuture *second, void *gate)
{
    (void)second;
    let_go(gate);
}

int main(void)
{
    struct coil_executor *executor = pool(1);
    struct coil_cfuture_callback callback;
    struct coil_cfuture *jobs[2];
    struct gate first, second;

    gate_init(&first, "first");
    gate_init(&second, "second");
    jobs[0] = coil_executor_submit(executor, gate_job, &first);
    jobs[1] = coil_executor_submit(executor, gate_job, &second);
    wait_until_begun(&first);
    coil_cfuture_add_done_callback(jobs[1], &callback, let_first_go, &first);
    coil_executor_shutdown(executor, NULL); /* not in a task */
    say("first: %s", result(jobs[0], 0));
    say("second: %s", result(jobs[1], 0));
    coil_cfuture_unref(jobs[0]);
    coil_cfuture_unref(jobs[1]);
    coil_executor_close(executor); /* not in a task */
    return 0;
}
