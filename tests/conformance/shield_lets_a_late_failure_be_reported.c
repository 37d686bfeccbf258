#include "common/workers.h"

static struct work late = {.name = "inner", .sleep_ns = COIL_SECONDS(3), .fails = true};

static coil_async struct coil_result parent(void *arg)
{
    struct coil_future *inner = coil_create_task(work, &late);
    struct coil_future *outer = coil_shield(inner);

    (void)arg;
    coil_future_unref(inner);
    return coil_join(outer);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(parent, NULL);

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(task, NULL);
    tell("parent", coil_join(task));
    coil_sleep(COIL_SECONDS(3));
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
