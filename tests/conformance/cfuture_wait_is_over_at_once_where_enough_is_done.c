#include "common/jobs.h"

#define WAIT(what, condition, ...)                         \
    wait_for(what, (struct coil_cfuture *[]){__VA_ARGS__}, \
             sizeof((struct coil_cfuture *[]){__VA_ARGS__}) / sizeof(void *), condition)

static void wait_for(const char *what, struct coil_cfuture **jobs, size_t n,
                     enum coil_wait_condition condition)
{
    int done = (int)coil_cfuture_wait_many(jobs, n, 0, condition); /* not in a task */

    if (n == 2)
        say("%s: %d: %s %s", what, done, state(jobs[0]), state(jobs[1]));
    else
        say("%s: %d: %s %s %s", what, done, state(jobs[0]), state(jobs[1]), state(jobs[2]));
}

int main(void)
{
    struct coil_executor *executor = pool(1);
    struct coil_cfuture *ended = coil_executor_submit(executor, twice, NUMBER(2));
    struct coil_cfuture *bad = coil_executor_submit(executor, fail, word("bad"));
    struct coil_cfuture *runs, *cancelled = coil_cfuture_new();
    struct gate gate;

    gate_init(&gate, "gate");
    coil_cfuture_wait(ended, COIL_FOREVER);
    coil_cfuture_wait(bad, COIL_FOREVER);
    runs = coil_executor_submit(executor, gate_job, &gate);
    wait_until_begun(&gate);
    coil_cfuture_cancel(cancelled);
    WAIT("first", COIL_FIRST_COMPLETED, runs, cancelled);
    WAIT("first exception", COIL_FIRST_EXCEPTION, runs, bad);
    WAIT("first exception", COIL_FIRST_EXCEPTION, runs, ended, cancelled);
    WAIT("all", COIL_ALL_COMPLETED, ended, bad, cancelled);
    WAIT("all", COIL_ALL_COMPLETED, ended, runs);
    let_go(&gate);
    shut(executor);
    result(bad, 0);
    coil_cfuture_unref(ended);
    coil_cfuture_unref(bad);
    coil_cfuture_unref(runs);
    coil_cfuture_unref(cancelled);
    return 0;
}
