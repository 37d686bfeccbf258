/* shield: a future that can be cancelled without what it stands for (asyncio.shield). */
#include <coil/gather.h>

#include "loop/exception.h"
#include "loop/loop.h"

struct shield {
    struct coil_future outer;
    struct coil_future *inner;   /* counted */
    struct coil_handle on_inner; /* among inner's callbacks; counted as a reference to outer */
    struct coil_handle on_outer; /* among our own, the same */
};

static void inner_done(struct coil_handle *handle)
{
    struct shield *self = container_of(handle, struct shield, on_inner);

    if (future_pending(&self->outer))
        coil__future_settle_like(&self->outer, self->inner);
    future_unref(&self->outer);
}

/* Cancelled: the inner one need not tell us any more. Its failure is then its own to report. */
static void outer_done(struct coil_handle *handle)
{
    struct shield *self = container_of(handle, struct shield, on_outer);

    if (future_pending(self->inner)) {
        list_remove(&self->on_inner.link);
        future_unref(&self->outer);
    }
    future_unref(&self->outer);
}

static struct coil_future *owner(struct coil_handle *handle)
{
    return &container_of(handle, struct shield, on_inner)->outer;
}

static void free_shield(struct coil_future *future)
{
    struct shield *self = container_of(future, struct shield, outer);
    struct coil_loop *loop = future->loop;

    future_unref(self->inner);
    slab_put(&loop->slab, self, sizeof(*self));
    loop_object_gone(loop);
}

static const struct future_kind kind = {.name = "Future", .free = free_shield};

__attribute__((constructor)) static void register_kind(void)
{
    static const struct future_waiter waiter = {inner_done, owner};

    coil__future_kinds[FUTURE_SHIELD] = &kind;
    coil__future_waiter_add(&waiter);
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
    self->outer.refs = 3; /* the caller, and the two handles */
    self->inner = future_ref(inner);
    self->on_inner = (struct coil_handle){.run = inner_done};
    self->on_outer = (struct coil_handle){.run = outer_done};
    list_append(&inner->callbacks, &self->on_inner.link);
    list_append(&self->outer.callbacks, &self->on_outer.link);
    loop->objects++;
    return &self->outer;
}
