#include "common/conformance.h"

static coil_async struct coil_result quick(void *arg)
{
    int err = coil_sleep(COIL_SECONDS(1));

    (void)arg;
    coil_sleep(COIL_MS(1));
    say("quick has unwound");
    return coil_error(err);
}

static coil_async struct coil_result slow(void *arg)
{
    int err = coil_sleep(COIL_SECONDS(1));

    (void)arg;
    if (err == -ECANCELED) {
        coil_sleep(COIL_MS(30));
        say("slow has unwound");
    }
    return coil_error(err);
}

static coil_async struct coil_result stubborn(void *arg)
{
    (void)arg;
    if (coil_sleep(COIL_SECONDS(1)) == -ECANCELED)
        say("stubborn refuses");
    coil_sleep(COIL_MS(10));
    say("stubborn ends");
    return coil_value(NULL);
}

static coil_async struct coil_result late(void *arg)
{
    int err;

    (void)arg;
    say("created last, runs in the turn in which main is seen to be done");
    err = coil_sleep(COIL_SECONDS(1));
    if (!err)
        say("never said");
    return coil_error(err);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    coil_future_unref(coil_create_task(quick, NULL));
    coil_future_unref(coil_create_task(slow, NULL));
    coil_future_unref(coil_create_task(stubborn, NULL));
    coil_sleep(COIL_MS(5));
    coil_future_unref(coil_create_task(late, NULL));
    say("main returns");
    return coil_value(NULL);
}

int main(void)
{
    int code = run(program);

    say("the loop is closed");
    return code;
}
