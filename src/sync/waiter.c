#include "sync/waiter.h"

void coil__waiter_join(struct coil_waiters *waiters, struct coil_waiter *waiter, const char *what)
{
    future_init_waiter(&waiter->future, loop_here(what), what);
    waiter->next = NULL;
    waiter->prev = waiters->last;
    waiter->listed = true;
    if (waiters->last != NULL)
        waiters->last->next = waiter;
    else
        waiters->first = waiter;
    waiters->last = waiter;
}

void coil__waiter_leave(struct coil_waiters *waiters, struct coil_waiter *waiter)
{
    if (!waiter->listed)
        return;
    waiter->listed = false;
    if (waiter->prev != NULL)
        waiter->prev->next = waiter->next;
    else
        waiters->first = waiter->next;
    if (waiter->next != NULL)
        waiter->next->prev = waiter->prev;
    else
        waiters->last = waiter->prev;
}

coil_async int coil__waiter_wait(struct coil_waiters *waiters, struct coil_waiter *waiter)
{
    struct coil_result woken = coil_await(&waiter->future);

    coil__waiter_leave(waiters, waiter);
    future_fini_waiter(&waiter->future);
    return (int)woken.status;
}
