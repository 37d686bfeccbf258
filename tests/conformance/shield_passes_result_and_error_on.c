#include "common/workers.h"

static coil_async void tell_shielded(const char *what, struct coil_future *inner)
{
    tell(what, coil_join(coil_shield(inner)));
    coil_future_unref(inner);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell_shielded("result", START("a", COIL_SECONDS(1)));
    tell_shielded("error", START("b", COIL_SECONDS(1), .fails = true));
    count_turns(4);
    tell_shielded("in turns", START("c", 0));
    coil_sleep(COIL_SECONDS(1));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
