#include "common/workers.h"

static struct coil_future *group;

static coil_async struct coil_result parent(void *name)
{
    tell(name, coil_await(group));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *parents[2];

    (void)arg;
    group = GATHER(COIL_TAKE_REFS, START("a", COIL_SECONDS(5)), START("b", COIL_SECONDS(5)));
    parents[0] = coil_create_task(parent, word("first"));
    parents[1] = coil_create_task(parent, word("second"));
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(parents[0], NULL);
    coil_wait(parents, 2, COIL_FOREVER, COIL_ALL_COMPLETED);
    release(parents, 2);
    coil_future_unref(group);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
