#include "common/jobs.h"

int main(void)
{
    struct coil_stop_options wait = {.drain_ns = COIL_FOREVER};
    struct coil_executor *executor = pool(1);
    struct coil_cfuture *before = coil_executor_submit(executor, twice, NUMBER(1)), *after;

    coil_executor_shutdown(executor, &wait); /* not in a task */
    say("before: %s", result(before, COIL_FOREVER));
    after = coil_executor_submit(executor, twice, NUMBER(2));
    say("after: %s", result(after, COIL_FOREVER));
    shut(executor);
    say("shut down again");
    coil_cfuture_unref(before);
    coil_cfuture_unref(after);
    return 0;
}
