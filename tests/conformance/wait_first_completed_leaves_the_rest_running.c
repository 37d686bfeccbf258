#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {START("a", COIL_SECONDS(3)), START("b", COIL_SECONDS(1)),
                                   START("c", COIL_SECONDS(1)), START("d", COIL_SECONDS(2))};
    size_t left = 4;

    (void)arg;
    while (left > 0) {
        size_t still = 0;

        say("done: %d", (int)coil_wait(tasks, left, COIL_FOREVER, COIL_FIRST_COMPLETED));
        for (size_t i = 0; i < left; i++) {
            if (coil_future_done(tasks[i]))
                coil_future_unref(tasks[i]);
            else
                tasks[still++] = tasks[i];
        }
        left = still;
    }
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
