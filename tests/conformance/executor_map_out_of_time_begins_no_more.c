#include "common/jobs.h"

static struct coil_result tells(void *arg)
{
    say("%s begins", *(const char **)arg);
    return coil_value(NULL);
}

int main(void)
{
    static const char *names[] = {"second", "third"};
    const struct coil_map_options options = {.timeout_ns = COIL_MS(10)};
    struct coil_executor *executor = pool(1);
    struct coil_cfuture *first;
    struct gate gate;
    int64_t n;

    gate_init(&gate, "first");
    first = coil_executor_submit(executor, gate_job, &gate);
    wait_until_begun(&gate);
    n = coil_executor_map_with(executor, tells, names, 2, NULL, &options); /* not in a task */
    say("map: %s", told_status(n));
    let_go(&gate);
    say("first: %s", result(first, COIL_FOREVER));
    coil_cfuture_unref(first);
    shut(executor);
    return 0;
}
