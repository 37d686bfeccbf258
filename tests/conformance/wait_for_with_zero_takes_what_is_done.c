#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *done = START("done", COIL_SECONDS(1));
    struct coil_future *never, *running;

    (void)arg;
    coil_sleep(COIL_SECONDS(2));
    tell("zero, done", coil_wait_for(done, 0));
    tell("negative, done", coil_wait_for(done, -COIL_SECONDS(1)));
    never = START("never", COIL_SECONDS(1));
    tell("zero, not started", coil_wait_for(never, 0));
    running = START("running", COIL_SECONDS(5), .cleanup_ns = COIL_SECONDS(1));
    coil_sleep(COIL_SECONDS(1));
    tell("negative, running", coil_wait_for(running, -COIL_SECONDS(1)));
    release((struct coil_future *[]){done, never, running}, 3);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
