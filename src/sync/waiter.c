#include "sync/waiter.h"

static void lost(void *future)
{
    coil__waiter_leave(container_of((struct coil_future *)future, struct coil_waiter, future));
}

void coil__waiter_join(struct coil_waiters *waiters, struct coil_waiter *waiter, const char *what)
{
    future_init_waiter(&waiter->future, loop_here(what), what);
    future_when_lost(&waiter->future, lost);
    waiter->next = NULL;
    waiter->prev = waiters->last;
    waiter->line = waiters;
    if (waiters->last != NULL)
        waiters->last->next = waiter;
    else
        waiters->first = waiter;
    waiters->last = waiter;
}

void coil__waiter_leave(struct coil_waiter *waiter)
{
    struct coil_waiters *line = waiter->line;

    if (line == NULL)
        return;
    waiter->line = NULL;
    if (waiter->prev != NULL)
        waiter->prev->next = waiter->next;
    else
        line->first = waiter->next;
    if (waiter->next != NULL)
        waiter->next->prev = waiter->prev;
    else
        line->last = waiter->prev;
}

coil_async int coil__waiter_wait(struct coil_waiter *waiter)
{
    struct coil_result woken = coil_await(&waiter->future);

    coil__waiter_leave(waiter);
    future_fini_waiter(&waiter->future);
    return (int)woken.status;
}
