#include "common/workers.h"

static struct coil_future *shared;

static coil_async struct coil_result patient(void *arg)
{
    (void)arg;
    tell("patient", coil_wait_for(shared, COIL_SECONDS(9)));
    return coil_value(NULL);
}

static coil_async struct coil_result hasty(void *arg)
{
    (void)arg;
    tell("hasty", coil_wait_for(shared, COIL_SECONDS(1)));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    shared = START("shared", COIL_SECONDS(5));
    join_gather(
        GATHER(COIL_TAKE_REFS, coil_create_task(patient, NULL), coil_create_task(hasty, NULL)));
    say("cancelled: %s", yes(coil_future_cancelled(shared)));
    coil_future_unref(shared);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
