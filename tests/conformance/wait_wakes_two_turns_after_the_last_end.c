#include "common/workers.h"

static void five_turns(void *arg)
{
    (void)arg;
    count_turns(5);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = START("a", COIL_SECONDS(1));

    (void)arg;
    coil_call_later(coil_loop_current(), new_call(five_turns, NULL), COIL_SECONDS(1));
    say("done: %d", (int)coil_wait(&task, 1, COIL_FOREVER, COIL_ALL_COMPLETED));
    coil_sleep(COIL_SECONDS(1));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
