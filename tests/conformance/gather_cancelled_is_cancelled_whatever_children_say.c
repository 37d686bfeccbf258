#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *group =
        GATHER(COIL_TAKE_REFS | COIL_RETURN_EXCEPTIONS, START("a", COIL_SECONDS(5)),
               START("b", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(1)));

    (void)arg;
    cancel_later(group, COIL_SECONDS(1));
    tell_gather("return_exceptions", group, 2);
    group = GATHER(COIL_TAKE_REFS, START("c", COIL_SECONDS(5), .refuses = true),
                   START("d", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(2), .refuses = true));
    cancel_later(group, COIL_SECONDS(1));
    tell_gather("refused", group, 2);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
