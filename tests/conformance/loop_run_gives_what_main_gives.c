#include "common/conformance.h"

static coil_async struct coil_result left_behind(void *arg)
{
    int err = coil_sleep(COIL_SECONDS(1));

    (void)arg;
    say("left behind, and cancelled");
    return coil_error(err);
}

static void leave_behind(void)
{
    coil_future_unref(coil_create_task(left_behind, NULL));
}

static coil_async struct coil_result returns(void *arg)
{
    (void)arg;
    leave_behind();
    coil_sleep(COIL_MS(10));
    return coil_number(42);
}

static coil_async struct coil_result fails(void *arg)
{
    (void)arg;
    leave_behind();
    coil_sleep(COIL_MS(20));
    return coil_raise(EIO, "main failed");
}

static coil_async struct coil_result cancels_itself(void *arg)
{
    int err;

    (void)arg;
    leave_behind();
    coil_future_cancel(coil_current_task(), NULL);
    err = coil_sleep(COIL_MS(30));
    if (!err)
        say("never said");
    return coil_error(err);
}

int main(void)
{
    coil_coroutine_fn *const mains[] = {returns, fails, cancels_itself};

    for (int i = 0; i < 3; i++)
        say("result: %s", told(run_main(mains[i])));
    return 0;
}
