#include "common/workers.h"

static struct coil_event event;

static coil_async struct coil_result waiter(void *name)
{
    coil_event_wait(&event);
    say("%s goes on", (char *)name);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {coil_create_task(waiter, word("a")),
                                   coil_create_task(waiter, word("b")),
                                   coil_create_task(waiter, word("c"))};

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    count_turns(3);
    coil_event_set(&event);
    say("set: %s", yes(coil_event_is_set(&event)));
    coil_wait(tasks, 3, COIL_FOREVER, COIL_ALL_COMPLETED);
    release(tasks, 3);
    count_turns(1);
    coil_event_wait(&event);
    say("at once");
    coil_yield();
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
