#include "common/workers.h"

static struct coil_barrier barrier;

static coil_async struct coil_result party(void *name)
{
    int64_t index = coil_barrier_wait(&barrier);

    if (index >= 0)
        say("%s: %d", (char *)name, (int)index);
    else
        tell_status(name, index);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task;

    (void)arg;
    coil_barrier_init(&barrier, 2);
    task = coil_create_task(party, word("a"));
    coil_sleep(COIL_SECONDS(1));
    coil_barrier_abort(&barrier);
    say("broken: %s, waiting: %d", yes(coil_barrier_broken(&barrier)),
        (int)coil_barrier_waiting(&barrier));
    coil_join(task);
    party(word("b"));
    coil_barrier_reset(&barrier);
    say("broken: %s", yes(coil_barrier_broken(&barrier)));
    join_gather(GATHER(COIL_TAKE_REFS, coil_create_task(party, word("c")),
                       coil_create_task(party, word("d"))));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
