#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *children[] = {START("a", COIL_SECONDS(1), .fails = true),
                                      START("b", COIL_SECONDS(3)), START("c", COIL_SECONDS(9)),
                                      START("d", COIL_SECONDS(2), .fails = true)};

    (void)arg;
    cancel_later(children[2], COIL_MS(2500));
    tell_gather("gather", coil_gather(children, 4, COIL_RETURN_EXCEPTIONS), 4);
    release(children, 4);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
