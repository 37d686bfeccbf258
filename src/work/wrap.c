/* wrap_future: a coroutine of any loop awaits a job of any other (asyncio.wrap_future). */
#include "work/job.h"

/*
 * Between the two stands a bridge, which belongs to both threads: the one that settles the job
 * posts its handle to the loop of the future.
 */
struct bridge {
    struct coil_cfuture_callback callback;
    struct coil_handle handle;
    struct loop_port *port;
    struct coil_cfuture *source;
    struct coil_future *target; /* the loop thread's; counted; NULL: it has ended with its loop */
    struct coil_link link;      /* in loop->bridges */
    struct word refs;           /* the loop's and the callback's */
};

struct wrap {
    struct coil_future future;
    struct bridge *bridge; /* counted */
};

static void bridge_unref(struct bridge *bridge)
{
    if (word_sub(&bridge->refs, 1) != 0)
        return;
    coil__port_unref(bridge->port);
    coil_cfuture_unref(bridge->source);
    mem_free(bridge);
}

static void let_go(struct bridge *bridge)
{
    struct coil_future *target = bridge->target;

    bridge->target = NULL;
    COUNTER_ADD(target->loop->others, -1u);
    list_remove(&bridge->link);
    bridge_unref(bridge);
    future_unref(target);
}

static void drop_copy(void *value)
{
    (void)value; /* the value stays the job's, and the future keeps the job */
}

/* On the future's loop: the job is done. */
static void arrive(struct coil_handle *handle)
{
    struct bridge *bridge = container_of(handle, struct bridge, handle);
    struct coil_future *target = bridge->target;
    struct coil_result result;

    if (target != NULL) {
        result = coil_cfuture_result(bridge->source, 0);
        if (future_pending(target)) {
            coil__future_settle_status(target, result,
                                       coil__exception_ref(bridge->source->exception));
            target->drop = drop_copy;
        }
        let_go(bridge);
    }
    bridge_unref(bridge);
}

/* On whatever thread settled the job. */
static void source_done(struct coil_cfuture *source, void *arg)
{
    struct bridge *bridge = arg;
    struct loop_port *port = coil__port_ref(bridge->port); /* posted, the bridge is the loop's */

    (void)source;
    if (coil__port_post(port, &bridge->handle) != 0)
        bridge_unref(bridge);
    coil__port_unref(port);
}

/* The loop closes before the job is done. */
static void loop_closes(struct coil_link *link)
{
    struct bridge *bridge = container_of(link, struct bridge, link);

    if (future_pending(bridge->target)) {
        bridge->target->flags |= FUTURE_QUIET;
        coil__future_settle(bridge->target, FUTURE_FAILED,
                            coil_error(bridge->target->loop->end_status), NULL);
    }
    let_go(bridge);
}

static bool cancel_wrap(struct coil_future *future, struct coil_exception *reason)
{
    struct wrap *self = container_of(future, struct wrap, future);

    coil_cfuture_cancel_at(self->bridge->source, reason != NULL ? reason->text : NULL,
                           future->place);
    coil__future_settle(future, FUTURE_CANCELLED, coil_error(-ECANCELED),
                        coil__exception_ref(reason));
    return true;
}

static void free_wrap(struct coil_future *future)
{
    struct wrap *self = container_of(future, struct wrap, future);
    struct coil_loop *loop = future->loop;

    bridge_unref(self->bridge);
    slab_put(&loop->slab, self, sizeof(*self));
    loop_object_gone(loop);
}

static const struct future_kind kind = {.name = "Future", .cancel = cancel_wrap, .free = free_wrap};

__attribute__((constructor)) static void register_kind(void)
{
    coil__future_kinds[FUTURE_WRAP] = &kind;
    coil__bridge_closes = loop_closes;
}

struct coil_future *coil_wrap_future_at(struct coil_cfuture *source, const char *place)
{
    struct coil_loop *loop = loop_here("coil_wrap_future");
    struct wrap *self = slab_get(&loop->slab, sizeof(*self));
    struct bridge *bridge = mem_zalloc(sizeof(*bridge));

    if (self == NULL || bridge == NULL) {
        if (self != NULL)
            slab_put(&loop->slab, self, sizeof(*self));
        mem_free(bridge);
        return future_ref(&loop->no_memory);
    }
    future_init(&self->future, loop, FUTURE_WRAP, place);
    loop->objects++;
    *bridge = (struct bridge){.handle = {.run = arrive}, .refs = {3}};
    bridge->port = coil__port_ref(loop->port);
    bridge->source = coil_cfuture_ref(source);
    bridge->target = future_ref(&self->future);
    list_append(&loop->bridges, &bridge->link);
    COUNTER_ADD(loop->others, 1u); /* whoever settles the job */
    self->bridge = bridge;
    coil_cfuture_add_done_callback(source, &bridge->callback, source_done, bridge);
    return &self->future;
}
