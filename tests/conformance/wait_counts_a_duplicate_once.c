#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a = START("a", COIL_SECONDS(2));
    struct coil_future *b = START("b", COIL_SECONDS(1));
    struct coil_future *twice[] = {a, b, a, b};

    (void)arg;
    say("done: %d", (int)coil_wait(twice, 3, COIL_FOREVER, COIL_FIRST_COMPLETED));
    say("done: %d", (int)coil_wait(twice, 4, COIL_FOREVER, COIL_ALL_COMPLETED));
    release(twice, 2);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
