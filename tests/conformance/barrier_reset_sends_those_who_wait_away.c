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
    struct coil_future *tasks[2];

    (void)arg;
    coil_barrier_init(&barrier, 3);
    tasks[0] = coil_create_task(party, word("a"));
    tasks[1] = coil_create_task(party, word("b"));
    coil_sleep(COIL_SECONDS(1));
    say("waiting: %d", (int)coil_barrier_waiting(&barrier));
    coil_barrier_reset(&barrier);
    say("waiting: %d, broken: %s", (int)coil_barrier_waiting(&barrier),
        yes(coil_barrier_broken(&barrier)));
    coil_wait(tasks, 2, COIL_FOREVER, COIL_ALL_COMPLETED);
    release(tasks, 2);
    join_gather(GATHER(COIL_TAKE_REFS, coil_create_task(party, word("c")),
                       coil_create_task(party, word("d")), coil_create_task(party, word("e"))));
    coil_barrier_reset(&barrier);
    say("broken: %s", yes(coil_barrier_broken(&barrier)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
