#include "common/workers.h"

static struct coil_event event;

static coil_async struct coil_result waiter(void *name)
{
    say("%s waits", (char *)name);
    coil_event_wait(&event);
    say("%s goes on, set: %s", (char *)name, yes(coil_event_is_set(&event)));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {coil_create_task(waiter, word("a")),
                                   coil_create_task(waiter, word("b")), NULL};

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    coil_event_set(&event);
    coil_event_clear(&event);
    tasks[2] = coil_create_task(waiter, word("late"));
    coil_sleep(COIL_SECONDS(1));
    coil_event_set(&event);
    coil_wait(tasks, 3, COIL_FOREVER, COIL_ALL_COMPLETED);
    release(tasks, 3);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
