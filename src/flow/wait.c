/* wait: for some or all of several futures (asyncio.wait). */
#include <coil/gather.h>

#include "loop/loop.h"

#define FEW 16

struct waiting;

struct waited {
    struct coil_handle handle;
    struct waiting *waiting;
    struct coil_future *future;
};

struct waiting {
    struct coil_future waiter;
    struct coil_call timeout;
    size_t left;
    enum coil_wait_condition condition;
    struct coil_future *task;
    struct waited *all;
    size_t n;
    struct waited few[FEW];
};

static bool is_enough(struct waiting *self, struct coil_future *future)
{
    if (self->left == 0 || self->condition == COIL_FIRST_COMPLETED)
        return true;
    return self->condition == COIL_FIRST_EXCEPTION && future->state == FUTURE_FAILED;
}

static void one_done(struct coil_handle *handle)
{
    struct waited *one = container_of(handle, struct waited, handle);
    struct waiting *self = one->waiting;

    self->left--;
    if (is_enough(self, one->future)) {
        coil_call_cancel(&self->timeout);
        future_wake(&self->waiter);
    }
}

static struct coil_future *owner(struct coil_handle *handle)
{
    return container_of(handle, struct waited, handle)->waiting->task;
}

__attribute__((constructor)) static void register_waiter(void)
{
    static const struct future_waiter waiter = {.run = one_done, .owner = owner};

    coil__future_waiter_add(&waiter);
}

static void time_over(void *arg)
{
    future_wake(arg);
}

/* The edge is refused if any of them waits for us; else all are watched. */
static int check_cycles(struct coil_future *task, struct coil_future *const *futures, size_t n)
{
    char chain[1024];
    int err = 0;

    if (list_empty(&task->callbacks))
        return 0;
    for (size_t i = 0; i < n && err == 0; i++)
        if (future_pending(futures[i]))
            err = coil__future_may_wait(task, futures[i], chain, sizeof(chain));
    if (err == -EDEADLK)
        coil_raise(EDEADLK, "would wait for itself for ever: %s", chain);
    return err;
}

static void watch(struct waiting *self, struct waited *one, struct coil_future *future)
{
    *one =
        (struct waited){.handle = {.run = one_done}, .waiting = self, .future = future_ref(future)};
    self->left++;
    if (future_pending(future))
        list_append(&future->callbacks, &one->handle.link);
    else
        loop_ready(future->loop, &one->handle);
}

/* Each once, as in asyncio's set. How many there are. */
static size_t watch_all(struct waiting *self, struct waited *all,
                        struct coil_future *const *futures, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (future_mark(futures[i]))
            watch(self, &all[self->left], futures[i]);
    for (size_t i = 0; i < n; i++)
        future_unmark(futures[i]);
    return self->left;
}

static int64_t unwatch(struct waited *all, size_t n)
{
    int64_t done = 0;

    for (size_t i = 0; i < n; i++) {
        done += !future_pending(all[i].future);
        list_leave(&all[i].handle.link);
        future_unref(all[i].future);
    }
    return done;
}

/* How many are done, and the end of the waiting. */
static int64_t stop_waiting(struct waiting *self)
{
    int64_t done = unwatch(self->all, self->n);

    coil_call_cancel(&self->timeout);
    if (self->all != self->few)
        mem_free(self->all);
    return done;
}

static void lost(void *waiter)
{
    stop_waiting(container_of((struct coil_future *)waiter, struct waiting, waiter));
}

static coil_async int64_t wait_for_all(struct waiting *self, struct coil_future *const *futures,
                                       size_t n, int64_t timeout_ns)
{
    struct coil_result woken;
    int64_t done;

    coil_call_init(&self->timeout, time_over, &self->waiter);
    if (timeout_ns != COIL_FOREVER)
        coil_call_later(self->waiter.loop, &self->timeout, timeout_ns);
    self->n = watch_all(self, self->all, futures, n);
    future_when_lost(&self->waiter, lost);
    woken = coil_await(&self->waiter);
    done = stop_waiting(self);
    future_fini_waiter(&self->waiter);
    return woken.status < 0 ? woken.status : done;
}

coil_async int64_t coil_wait(struct coil_future *const *futures, size_t n, int64_t timeout_ns,
                             enum coil_wait_condition condition)
{
    struct coil_loop *loop = loop_here("coil_wait");
    struct waiting self = {.condition = condition, .task = loop->current};
    int err;

    REQUIRE(loop->current != NULL,
            "coil_wait was called outside a task: only a coroutine can wait");
    if (n == 0)
        return -EINVAL;
    err = check_cycles(loop->current, futures, n);
    if (err != 0)
        return err;
    self.all = n > FEW ? mem_alloc(n * sizeof(*self.all)) : self.few;
    if (self.all == NULL)
        return -ENOMEM;
    future_init_waiter(&self.waiter, loop, "wait");
    return wait_for_all(&self, futures, n, timeout_ns);
}
