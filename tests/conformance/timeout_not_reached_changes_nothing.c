#include "common/workers.h"

static coil_async struct coil_result limited(struct work *how)
{
    struct coil_timeout limit;
    struct coil_result result;

    coil_timeout_enter(&limit, COIL_SECONDS(2));
    result = work(how);
    say("left in time: %s", yes(!coil_timeout_expired(&limit)));
    result.status = coil_timeout_exit(&limit, result.status);
    return result;
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_timeout limit;

    (void)arg;
    tell("ends", limited(WORK("a", COIL_SECONDS(1))));
    tell("fails", limited(WORK("a", COIL_SECONDS(1), .fails = true)));
    coil_sleep(COIL_SECONDS(5));
    coil_timeout_enter(&limit, COIL_FOREVER);
    say("limit: %s", coil_timeout_when(&limit) == COIL_FOREVER ? "None" : "some");
    coil_timeout_exit(&limit, coil_sleep(COIL_SECONDS(100)));
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
