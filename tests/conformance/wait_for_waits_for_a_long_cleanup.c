#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *a = START("a", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(3));
    struct coil_future *b;

    (void)arg;
    tell("wait_for", coil_wait_for(a, COIL_SECONDS(1)));
    b = START("b", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(3), .refuses = true);
    tell("wait_for", coil_wait_for(b, COIL_SECONDS(1)));
    coil_future_unref(a);
    coil_future_unref(b);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
