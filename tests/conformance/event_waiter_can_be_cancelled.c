#include "common/workers.h"

static struct coil_event event;

static coil_async struct coil_result waiter(void *name)
{
    int err = coil_event_wait(&event);

    if (!err)
        say("%s goes on", (char *)name);
    return coil_error(err);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {coil_create_task(waiter, word("a")),
                                   coil_create_task(waiter, word("b")),
                                   coil_create_task(waiter, word("c"))};

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    coil_future_cancel(tasks[0], NULL);
    tell("a", coil_join(tasks[0]));
    coil_event_set(&event);
    coil_future_cancel(tasks[1], NULL);
    tell("b", coil_join(tasks[1]));
    tell("c", coil_join(tasks[2]));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
