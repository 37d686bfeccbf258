#include "common/workers.h"

static struct coil_barrier barrier;

static coil_async struct coil_result party(void *arg)
{
    const struct work *how = arg;

    coil_sleep(how->sleep_ns);
    say("%s comes, waiting: %d", how->name, (int)coil_barrier_waiting(&barrier));
    say("%s has index %d", how->name, (int)coil_barrier_wait(&barrier));
    coil_sleep(how->sleep_ns);
    say("%s has index %d in the second round", how->name, (int)coil_barrier_wait(&barrier));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    coil_barrier_init(&barrier, 3);
    join_gather(GATHER(COIL_TAKE_REFS, coil_create_task(party, WORK("a", COIL_SECONDS(3))),
                       coil_create_task(party, WORK("b", COIL_SECONDS(1))),
                       coil_create_task(party, WORK("c", COIL_SECONDS(2)))));
    say("waiting: %d", (int)coil_barrier_waiting(&barrier));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
