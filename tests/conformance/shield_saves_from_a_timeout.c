#include "common/workers.h"

static coil_async void wait_shielded(const char *what, struct coil_future *inner,
                                     int64_t timeout_ns)
{
    struct coil_future *outer = coil_shield(inner);

    tell(what, coil_wait_for(outer, timeout_ns));
    coil_future_unref(outer);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *inner = START("inner", COIL_SECONDS(3));

    (void)arg;
    wait_shielded("wait_for", inner, COIL_SECONDS(1));
    wait_shielded("inner", inner, COIL_SECONDS(5));
    coil_future_unref(inner);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
