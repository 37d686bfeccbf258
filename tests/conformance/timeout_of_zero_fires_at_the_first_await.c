#include "common/workers.h"

static coil_async struct coil_result limited(int64_t delay_ns)
{
    struct coil_timeout limit;
    struct coil_result result;

    coil_timeout_enter(&limit, delay_ns);
    say("body runs, expired: %s", yes(coil_timeout_expired(&limit)));
    result = work(WORK("a", COIL_SECONDS(5)));
    result.status = coil_timeout_exit(&limit, result.status);
    return result;
}

static int64_t idle(void)
{
    struct coil_timeout limit;
    int64_t status;

    coil_timeout_enter(&limit, 0);
    say("body runs, expired: %s", yes(coil_timeout_expired(&limit)));
    status = coil_timeout_exit(&limit, 0);
    say("body ended, expired: %s", yes(coil_timeout_expired(&limit)));
    return status;
}

static coil_async int64_t turns(void)
{
    struct coil_timeout limit;
    int err;

    coil_timeout_enter(&limit, 0);
    err = coil_yield();
    if (!err)
        say("one more turn");
    return coil_timeout_exit(&limit, err);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    tell("zero", limited(0));
    tell("negative", limited(-COIL_SECONDS(1)));
    tell_status("no await", idle());
    coil_sleep(COIL_SECONDS(1));
    tell_status("yield", turns());
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
