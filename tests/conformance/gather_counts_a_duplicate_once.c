#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a = START("a", COIL_SECONDS(2));
    struct coil_future *b = START("b", COIL_SECONDS(1));

    (void)arg;
    tell_gather("gather", GATHER(0, a, b, a, b), 4);
    coil_future_unref(a);
    coil_future_unref(b);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
