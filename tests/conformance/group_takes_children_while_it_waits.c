#include "common/conformance.h"

#include <stdint.h>

static struct coil_task_group group;

static coil_async struct coil_result parent(void *arg)
{
    intptr_t depth = (intptr_t)arg;

    say("depth %d", (int)depth);
    coil_sleep(COIL_SECONDS(1));
    if (depth < 3)
        coil_task_group_create_task(&group, parent, (void *)(depth + 1));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    coil_task_group_enter(&group);
    coil_task_group_create_task(&group, parent, (void *)1);
    say("body ends");
    coil_task_group_exit(&group, 0);
    say("left");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
