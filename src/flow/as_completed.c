/* as_completed: futures in the order in which they end (asyncio.as_completed). */
#include <coil/gather.h>

#include "loop/exception.h"
#include "loop/loop.h"

struct item {
    struct coil_handle handle;
    struct coil_as_completed *iteration;
    struct coil_future *future; /* counted */
};

struct coil_as_completed {
    struct coil_loop *loop;
    size_t n, arrived, given;
    bool timed_out;
    struct coil_future *waiter; /* of the one that waits, on its stack */
    struct coil_call timeout;
    struct coil_future **order; /* those that have ended */
    struct item items[];
};

static void tell(struct coil_as_completed *self)
{
    if (self->waiter != NULL)
        future_wake(self->waiter);
}

static void item_done(struct coil_handle *handle)
{
    struct item *item = container_of(handle, struct item, handle);
    struct coil_as_completed *self = item->iteration;

    self->order[self->arrived++] = item->future;
    tell(self);
}

static void time_over(void *arg)
{
    struct coil_as_completed *self = arg;

    self->timed_out = true;
    for (size_t i = 0; i < self->n; i++)
        list_leave(&self->items[i].handle.link);
    tell(self);
}

static void watch(struct coil_as_completed *self, struct item *item, struct coil_future *future)
{
    *item = (struct item){.handle = {.run = item_done}, .iteration = self};
    item->future = future_ref(future);
    if (future_pending(future))
        list_append(&future->callbacks, &item->handle.link);
    else
        loop_ready(self->loop, &item->handle);
}

struct coil_as_completed *coil_as_completed_open(struct coil_future *const *futures, size_t n,
                                                 int64_t timeout_ns)
{
    struct coil_loop *loop = loop_here("coil_as_completed_open");
    struct coil_as_completed *self;

    self = mem_zalloc(sizeof(*self) + n * (sizeof(self->items[0]) + sizeof(self->order[0])));
    if (self == NULL)
        return NULL;
    self->loop = loop;
    self->order = (struct coil_future **)(self->items + n);
    coil_call_init(&self->timeout, time_over, self);
    if (timeout_ns != COIL_FOREVER)
        coil_call_later(loop, &self->timeout, timeout_ns);
    for (size_t i = 0; i < n; i++)
        if (future_mark(futures[i])) /* given twice is one, as in asyncio's set */
            watch(self, &self->items[self->n++], futures[i]);
    for (size_t i = 0; i < n; i++)
        future_unmark(futures[i]);
    return self;
}

/* Whoever waits for the next one. */
struct asking {
    struct coil_future waiter;
    struct coil_as_completed *iteration;
};

static void lost(void *waiter)
{
    container_of((struct coil_future *)waiter, struct asking, waiter)->iteration->waiter = NULL;
}

static coil_async int wait_for_one(struct coil_as_completed *self)
{
    struct asking asking = {.iteration = self};
    struct coil_result woken;

    REQUIRE(self->waiter == NULL,
            "coil_as_completed_next: another task waits for the next one already");
    future_init_waiter(&asking.waiter, self->loop, "as_completed");
    future_when_lost(&asking.waiter, lost);
    self->waiter = &asking.waiter;
    woken = coil_await(&asking.waiter);
    self->waiter = NULL;
    future_fini_waiter(&asking.waiter);
    return (int)woken.status;
}

coil_async struct coil_result coil_as_completed_next(struct coil_as_completed *self)
{
    int err;

    if (self->given == self->n)
        return coil_error(-COIL_EENDED);
    while (self->given == self->arrived) {
        if (self->timed_out)
            return coil_raise(ETIMEDOUT, "%zu of %zu futures were not done in time",
                              self->n - self->arrived, self->n);
        err = wait_for_one(self);
        if (err != 0)
            return coil_error(err);
    }
    if (self->arrived == self->n)
        coil_call_cancel(&self->timeout);
    return coil_value(self->order[self->given++]);
}

void coil_as_completed_close(struct coil_as_completed *self)
{
    if (self == NULL)
        return;
    coil_call_cancel(&self->timeout);
    for (size_t i = 0; i < self->n; i++) {
        list_leave(&self->items[i].handle.link);
        future_unref(self->items[i].future);
    }
    mem_free(self);
}
