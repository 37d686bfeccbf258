#include "common/workers.h"

static coil_async int64_t limited(const char *name, int64_t when_ns)
{
    struct coil_timeout limit;

    coil_timeout_enter_at(&limit, when_ns);
    return coil_timeout_exit(&limit, work(WORK(name, COIL_SECONDS(3))).status);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    coil_sleep(COIL_SECONDS(10));
    tell_status("in one second", limited("a", coil_time() + COIL_SECONDS(1)));
    tell_status("in the past", limited("b", coil_time() - COIL_SECONDS(1)));
    tell_status("in five seconds", limited("c", coil_time() + COIL_SECONDS(5)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
