#include "common/workers.h"

static struct coil_barrier barrier;

static coil_async struct coil_result party(void *name)
{
    say("%s has index %d", (char *)name, (int)coil_barrier_wait(&barrier));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    coil_barrier_init(&barrier, 2);
    count_turns(8);
    join_gather(GATHER(COIL_TAKE_REFS, coil_create_task(party, word("a")),
                       coil_create_task(party, word("b")), coil_create_task(party, word("c")),
                       coil_create_task(party, word("d")), coil_create_task(party, word("e")),
                       coil_create_task(party, word("f"))));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
