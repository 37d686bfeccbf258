#include "common/jobs.h"

static void let_go_then(struct coil_cfuture *job, void *gate)
{
    (void)job;
    let_go(gate);
}

int main(void)
{
    struct coil_executor *executor = pool(1);
    struct coil_cfuture *one = coil_executor_submit(executor, twice, NUMBER(1));
    struct coil_cfuture *runs, *waits, *last;
    struct coil_cfuture_callback callback;
    struct gate gate;

    say("one: %s", result(one, COIL_FOREVER));
    gate_init(&gate, "gate");
    runs = coil_executor_submit(executor, gate_job, &gate);
    waits = coil_executor_submit(executor, twice, NUMBER(2));
    last = coil_executor_submit(executor, twice, NUMBER(3));
    wait_until_begun(&gate);
    coil_cfuture_cancel(runs);
    coil_cfuture_cancel(waits);
    coil_cfuture_add_done_callback(waits, &callback, let_go_then, &gate);
    shut(executor);
    say("runs: %s", result(runs, 0));
    say("waits: %s", result(waits, 0));
    say("last: %s", result(last, 0));
    coil_cfuture_unref(one);
    coil_cfuture_unref(runs);
    coil_cfuture_unref(waits);
    coil_cfuture_unref(last);
    return 0;
}
