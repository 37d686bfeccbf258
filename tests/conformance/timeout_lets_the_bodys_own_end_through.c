#include "common/workers.h"

static coil_async struct coil_result limited(struct work *how)
{
    struct coil_timeout limit;
    struct coil_result result;

    coil_timeout_enter(&limit, COIL_SECONDS(1));
    result = work(how);
    if (result.status >= 0)
        say("expired: %s, cancelling: %d", yes(coil_timeout_expired(&limit)),
            coil_task_cancelling(coil_current_task()));
    result.status = coil_timeout_exit(&limit, result.status);
    return result;
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell("refuses", limited(WORK("a", COIL_SECONDS(5), .refuses = true)));
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
    tell("fails", limited(WORK("b", COIL_SECONDS(5), .fails_late = true)));
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
    coil_sleep(COIL_SECONDS(1));
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
