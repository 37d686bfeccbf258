/* asyncio.Semaphore and asyncio.BoundedSemaphore. */
#include "sync/waiter.h"

void coil_semaphore_init(struct coil_semaphore *semaphore, size_t value)
{
    *semaphore = (struct coil_semaphore){.value = value, .bound = SIZE_MAX};
}

void coil_bounded_semaphore_init(struct coil_semaphore *semaphore, size_t value)
{
    *semaphore = (struct coil_semaphore){.value = value, .bound = value};
}

bool coil_semaphore_locked(const struct coil_semaphore *semaphore)
{
    return semaphore->value == 0 || waiters_any(&semaphore->waiters);
}

/* The permit is the woken waiter's from now on. */
static bool wake_next(struct coil_semaphore *semaphore)
{
    struct coil_waiter *waiter = waiters_first_pending(&semaphore->waiters);

    if (waiter == NULL)
        return false;
    semaphore->value--;
    waiter_wake(waiter, "coil_semaphore_release");
    return true;
}

coil_async int coil_semaphore_acquire(struct coil_semaphore *semaphore)
{
    struct coil_waiter waiter;
    int err;

    if (!coil_semaphore_locked(semaphore)) {
        semaphore->value--;
        return 0;
    }
    coil__waiter_join(&semaphore->waiters, &waiter, "semaphore");
    err = coil__waiter_wait(&waiter);
    if (err != 0 && waiter.future.state == FUTURE_DONE)
        semaphore->value++; /* it had been given to us */
    while (semaphore->value > 0 && wake_next(semaphore))
        continue;
    return err;
}

int coil_semaphore_release(struct coil_semaphore *semaphore)
{
    if (semaphore->value >= semaphore->bound)
        return -EOVERFLOW;
    semaphore->value++;
    wake_next(semaphore);
    return 0;
}
