#include "common/jobs.h"

int main(void)
{
    struct coil_executor *executor = pool(1);
    struct gate first, second, third;
    struct coil_cfuture *jobs[3];

    gate_init(&first, "first");
    gate_init(&second, "second");
    gate_init(&third, "third");
    jobs[0] = coil_executor_submit(executor, gate_job, &first);
    jobs[1] = coil_executor_submit(executor, gate_job, &second);
    jobs[2] = coil_executor_submit(executor, gate_job, &third);
    wait_until_begun(&first);
    say("states: %s %s %s", state(jobs[0]), state(jobs[1]), state(jobs[2]));
    {
        const char *asked = yes(coil_cfuture_cancel(jobs[1]));

        say("cancel: %s, cancelled: %s, it is %s", asked, cancelled(jobs[1]), state(jobs[1]));
    }
    say("second: %s", result(jobs[1], COIL_FOREVER));
    say("cancel again: %s", cancelled(jobs[1]));
    let_go(&first);
    wait_until_begun(&third);
    let_go(&third);
    say("first: %s", result(jobs[0], COIL_FOREVER));
    say("third: %s", result(jobs[2], COIL_FOREVER));
    say("cancelling one that is done: %s", yes(coil_cfuture_cancel(jobs[0])));
    for (int i = 0; i < 3; i++)
        coil_cfuture_unref(jobs[i]);
    shut(executor);
    return 0;
}
