#include "common/conformance.h"

#include <signal.h>

static coil_async struct coil_result interrupted(bool goes_on)
{
    int err;

    raise(SIGINT);
    err = coil_sleep(COIL_MS(1));
    if (err != 0) {
        say("main is cancelled");
        if (!goes_on)
            return coil_error(err);
    }
    return coil_number(6);
}

static coil_async struct coil_result gives_up(void *arg)
{
    (void)arg;
    return interrupted(false);
}

static coil_async struct coil_result goes_on(void *arg)
{
    (void)arg;
    return interrupted(true);
}

int main(void)
{
    signal(SIGINT, SIG_DFL);
    say("the run: %s", told(run_main(gives_up)));
    say("the run: %s", told(run_main(goes_on)));
    return 0;
}
