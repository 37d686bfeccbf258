#include "common/jobs.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All that come at once. */
static void iterate(struct coil_cfuture *const *jobs, size_t n)
{
    struct coil_cfuture_as_completed *iteration = coil_cfuture_as_completed_open(jobs, n);
    const char *came[4] = {"", "", "", ""};
    struct coil_result r;
    size_t count = 0;

    while ((r = coil_cfuture_as_completed_next(iteration, 0)).status == 0 /* not in a task */)
        came[count++] = result(r.value, 0);
    if (r.status == -ETIMEDOUT)
        say("it times out");
    qsort(came, count, sizeof(*came), by_name);
    say("came: %s %s %s", came[0], came[1], came[2]);
    coil_cfuture_as_completed_close(iteration);
}

int main(void)
{
    struct coil_executor *executor = pool(2);
    struct coil_cfuture *jobs[4];
    struct gate gate;

    gate_init(&gate, "gate");
    jobs[0] = coil_executor_submit(executor, twice, NUMBER(2));
    jobs[1] = coil_executor_submit(executor, fail, word("bad"));
    coil_cfuture_wait_many(jobs, 2, COIL_FOREVER, COIL_ALL_COMPLETED); /* not in a task */
    jobs[2] = coil_executor_submit(executor, gate_job, &gate);
    wait_until_begun(&gate);
    jobs[3] = coil_cfuture_new();
    coil_cfuture_cancel(jobs[3]);
    iterate(jobs, 4);
    say("the last one is %s", state(jobs[2]));
    let_go(&gate);
    say("it gives %s", result(jobs[2], COIL_FOREVER));
    for (int i = 0; i < 4; i++)
        coil_cfuture_unref(jobs[i]);
    shut(executor);
    return 0;
}
