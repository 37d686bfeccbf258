#include "common/conformance.h"

static const char *moved(struct coil_timeout *limit)
{
    return yes(coil_timeout_reschedule(limit, coil_time() + COIL_SECONDS(5)) == 0);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_timeout limit;
    const char *could;
    int err;

    (void)arg;
    coil_timeout_enter(&limit, COIL_SECONDS(1));
    could = moved(&limit);
    say("running: %s, left: %d s", could,
        (int)((coil_timeout_when(&limit) - coil_time()) / COIL_SECONDS(1)));
    err = coil_sleep(COIL_SECONDS(9));
    if (err == -ECANCELED)
        say("unwinding: %s", moved(&limit));
    say("%s", told_status(coil_timeout_exit(&limit, err)));
    say("left: %s", moved(&limit));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
