#include "common/workers.h"

static void tell_scope(struct coil_timeout *limit, int64_t status)
{
    status = coil_timeout_exit(limit, status);
    say("%s, expired: %s, cancelling: %d", told_status(status), yes(coil_timeout_expired(limit)),
        coil_task_cancelling(coil_current_task()));
}

static coil_async struct coil_result program(void *arg)
{
    struct work *a = WORK("a", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(2));
    struct coil_future *group;
    struct coil_timeout limit;

    (void)arg;
    coil_timeout_enter(&limit, COIL_SECONDS(1));
    tell_scope(&limit, work(a).status);
    coil_timeout_enter(&limit, COIL_SECONDS(1));
    group = GATHER(COIL_TAKE_REFS, START("b", COIL_SECONDS(5)), START("c", COIL_SECONDS(5)));
    tell_scope(&limit, coil_await(group).status);
    coil_future_unref(group);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
