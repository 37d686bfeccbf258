#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {START("a", COIL_SECONDS(5)),
                                   START("b", COIL_SECONDS(2), .fails = true),
                                   START("c", COIL_SECONDS(4)), NULL, NULL};
    int done;

    (void)arg;
    cancel_later(tasks[0], COIL_SECONDS(1));
    done = (int)coil_wait(tasks, 3, COIL_FOREVER, COIL_FIRST_EXCEPTION);
    say("done: %d, pending: %d, b: %s", done, 3 - done, told_future(tasks[1]));
    tasks[3] = START("d", COIL_SECONDS(5));
    tasks[4] = START("e", COIL_SECONDS(2));
    cancel_later(tasks[3], COIL_SECONDS(1));
    done = (int)coil_wait(tasks + 3, 2, COIL_FOREVER, COIL_FIRST_EXCEPTION);
    say("done: %d, pending: %d", done, 2 - done);
    coil_sleep(COIL_SECONDS(5));
    release(tasks, 5);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
