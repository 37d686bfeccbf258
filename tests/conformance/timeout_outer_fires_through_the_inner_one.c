#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_timeout outer, inner;
    int64_t status;

    (void)arg;
    coil_timeout_enter(&outer, COIL_SECONDS(1));
    coil_timeout_enter(&inner, COIL_SECONDS(4));
    status = coil_timeout_exit(&inner, work(WORK("a", COIL_SECONDS(9))).status);
    say("%s leaves the inner scope", told_status(status));
    status = coil_timeout_exit(&outer, status);
    say("%s, inner: %s, outer: %s", told_status(status), yes(coil_timeout_expired(&inner)),
        yes(coil_timeout_expired(&outer)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
