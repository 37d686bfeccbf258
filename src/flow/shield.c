/* shield: a future that can be cancelled without what it stands for (asyncio.shield). */
#include <coil/gather.h>

#include "loop/exception.h"
#include "loop/loop.h"

struct shield {
    struct coil_future outer;
    struct coil_future *inner;   /* counted; abandoned, only when it is done; NULL: lost */
    struct coil_handle on_inner; /* among inner's callbacks */
    struct coil_handle on_outer; /* among our own, as a watcher */
};

static void inner_done(struct coil_handle *handle)
{
    struct shield *self = container_of(handle, struct shield, on_inner);

    future_ref(&self->outer);
    if (future_pending(&self->outer))
        coil__future_settle_like(&self->outer, self->inner);
    future_unref(&self->outer);
}

/* Cancelled: the inner one need not tell us any more. Its failure is then its own to report. */
static void outer_done(struct coil_handle *handle)
{
    struct shield *self = container_of(handle, struct shield, on_outer);

    if (future_pending(self->inner))
        list_remove(&self->on_inner.link);
    future_unref(&self->outer);
}

static void outer_lost(struct coil_handle *handle)
{
    if (!future_pending(&container_of(handle, struct shield, on_outer)->outer))
        outer_done(handle);
}

static struct coil_future *owner(struct coil_handle *handle)
{
    return &container_of(handle, struct shield, on_inner)->outer;
}

static void free_if_over(struct shield *self)
{
    struct coil_loop *loop = self->outer.loop;

    if (self->outer.refs > 0 || link_in_list(&self->on_inner.link))
        return;
    if (future_pending(&self->outer))
        coil__future_lost(&self->outer);
    if (self->inner != NULL)
        future_unref(self->inner);
    slab_put(&loop->slab, self, sizeof(*self));
    loop_object_gone(loop);
}

/* Abandoned, as a gather: nobody has the outer one any more. It still hears of an inner one that
 * somebody else has, and a failure is reported. */
static void abandoned_inner_done(struct coil_handle *handle)
{
    inner_done(handle);
}

static void inner_lost(struct coil_handle *handle)
{
    struct shield *self = container_of(handle, struct shield, on_inner);

    if (future_pending(self->inner))
        self->inner = NULL;
    free_if_over(self);
}

static void abandon(struct shield *self)
{
    self->on_inner.run = abandoned_inner_done;
    if (!future_pending(self->inner))
        return;
    self->inner->flags |= FUTURE_WATCHED;
    future_unref(self->inner);
}

static void free_shield(struct coil_future *future)
{
    struct shield *self = container_of(future, struct shield, outer);
    struct coil_handle *handle = &self->on_inner;

    if (link_in_list(&handle->link) && future->loop->closed) /* it hears nothing any more */
        list_remove(&handle->link);
    else if (link_in_list(&handle->link) && handle->run == inner_done)
        abandon(self);
    future->refs--;
    free_if_over(self);
}

static const struct future_kind kind = {.name = "Future", .free = free_shield};

__attribute__((constructor)) static void register_kind(void)
{
    static const struct future_waiter waiter = {.run = inner_done, .owner = owner};
    static const struct future_waiter watcher = {abandoned_inner_done, owner, inner_lost};
    static const struct future_waiter own_watcher = {.run = outer_done, .lost = outer_lost};

    coil__future_kinds[FUTURE_SHIELD] = &kind;
    coil__future_waiter_add(&waiter);
    coil__future_waiter_add(&watcher);
    coil__future_waiter_add(&own_watcher);
}

struct coil_future *coil_shield_at(struct coil_future *inner, const char *place)
{
    struct coil_loop *loop = inner->loop;
    struct shield *self;

    loop_owned(loop, "coil_shield");
    if (!future_pending(inner))
        return future_ref(inner);
    self = slab_get(&loop->slab, sizeof(*self));
    if (self == NULL)
        return future_ref(&loop->no_memory);
    future_init(&self->outer, loop, FUTURE_SHIELD, place);
    self->outer.flags = FUTURE_WATCHED;
    self->inner = future_ref(inner);
    self->on_inner = (struct coil_handle){.run = inner_done};
    self->on_outer = (struct coil_handle){.run = outer_done};
    list_append(&inner->callbacks, &self->on_inner.link);
    list_append(&self->outer.callbacks, &self->on_outer.link);
    loop->objects++;
    return &self->outer;
}
