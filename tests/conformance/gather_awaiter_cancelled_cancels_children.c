#include "common/workers.h"

static coil_async struct coil_result parent(void *arg)
{
    struct coil_future *group =
        GATHER(COIL_TAKE_REFS, START("a", COIL_SECONDS(5)), START("b", COIL_SECONDS(5)));

    (void)arg;
    tell_gather("gather", group, 2);
    coil_sleep(COIL_SECONDS(1));
    return text("parent went on");
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(parent, NULL);

    (void)arg;
    coil_sleep(COIL_SECONDS(2));
    say("cancel: %s", yes(coil_future_cancel(task, NULL)));
    tell("parent", coil_join(task));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
