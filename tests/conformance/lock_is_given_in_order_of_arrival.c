#include "common/workers.h"

static struct coil_lock lock;

static coil_async struct coil_result worker(void *name)
{
    say("%s wants it", (char *)name);
    coil_lock_acquire(&lock);
    say("%s has it", (char *)name);
    coil_sleep(COIL_SECONDS(1));
    coil_lock_release(&lock);
    say("%s gave it back", (char *)name);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    count_turns(3);
    join_gather(GATHER(COIL_TAKE_REFS, coil_create_task(worker, word("a")),
                       coil_create_task(worker, word("b")), coil_create_task(worker, word("c")),
                       coil_create_task(worker, word("d"))));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
