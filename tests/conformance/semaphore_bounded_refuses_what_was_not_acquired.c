#include "common/conformance.h"

static const char *taken(struct coil_semaphore *semaphore)
{
    return yes(coil_semaphore_release(semaphore) != -EOVERFLOW);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_semaphore bounded, plain;
    const char *first;

    (void)arg;
    coil_bounded_semaphore_init(&bounded, 1);
    coil_semaphore_init(&plain, 0);
    first = taken(&bounded);
    say("bounded: %s, plain: %s", first, taken(&plain));
    coil_semaphore_acquire(&bounded);
    first = taken(&bounded);
    say("after acquire: %s, again: %s", first, taken(&bounded));
    coil_semaphore_acquire(&plain);
    say("plain locked: %s", yes(coil_semaphore_locked(&plain)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
