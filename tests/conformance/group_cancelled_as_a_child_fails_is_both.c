#include "common/workers.h"

#include <coil/locks.h>

static coil_async struct coil_result child(void *begun)
{
    coil_event_set(begun);
    coil_yield();
    return coil_raise(EIO, "child");
}

static coil_async int64_t scope(struct coil_event *begun)
{
    struct coil_task_group group;

    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, child, begun);
    return coil_task_group_exit(&group, work(WORK("body", COIL_SECONDS(5))).status);
}

static coil_async struct coil_result parent(void *begun)
{
    tell_status("scope", scope(begun));
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
    return work(WORK("next", COIL_SECONDS(1)));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_event begun = {0};
    struct coil_future *task = coil_create_task(parent, &begun);

    (void)arg;
    coil_event_wait(&begun);
    say("cancelling: %d", coil_task_cancelling(task));
    coil_future_cancel(task, NULL);
    say("cancelling: %d", coil_task_cancelling(task));
    tell("parent", coil_await(task));
    say("cancelled: %s", yes(coil_future_cancelled(task)));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
