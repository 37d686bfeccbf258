/* share_future: threads, and coroutines of other loops, wait for a future of this one. */
#include "work/deputy.h"

#include "base/alloc.h"

/* While the future is pending the share is the loop's guest, and has a reference of its own. */
struct share {
    struct deputy deputy;
    struct coil_handle done; /* among the source's callbacks */
    struct loop_guest guest;
};

/* The loop's part is over. */
static void complete(struct share *self, struct coil_result result,
                     struct coil_exception *exception, coil_drop_fn *drop)
{
    struct coil_future *source = self->deputy.source;

    self->deputy.source = NULL;
    if (link_in_list(&self->guest.link)) {
        list_remove(&self->guest.link);
        COUNTER_ADD(source->loop->others, -1u);
    }
    coil__cfuture_complete(&self->deputy.future, result, exception, drop);
    future_unref(source);
    coil_cfuture_unref(&self->deputy.future);
}

/* The value moves over, unless it has another owner already. */
static void move(struct share *self)
{
    struct coil_future *source = self->deputy.source;
    struct coil_exception *exception = coil__exception_ref(source->exception);
    coil_drop_fn *drop = (source->flags & FUTURE_TAKEN) != 0 ? NULL : source->drop;
    struct coil_result result = coil_future_take(source);

    complete(self, result.status < 0 ? coil_error(result.status) : result, exception, drop);
}

static void source_done(struct coil_handle *handle)
{
    move(container_of(handle, struct share, done));
}

/* What has not been settled by now will not be. */
static void loop_closes(struct loop_guest *guest)
{
    struct share *self = container_of(guest, struct share, guest);

    COUNTER_ADD(self->deputy.source->loop->others, -1u); /* taken off the list already */
    list_leave(&self->done.link);
    if (future_pending(self->deputy.source))
        complete(self, coil_error(self->deputy.source->loop->end_status), NULL, NULL);
    else
        move(self);
}

static void cancel_share(struct coil_cfuture *future)
{
    if ((word_or(&future->state, CF_POSTED) & (CF_DONE | CF_POSTED)) == 0)
        coil__deputy_post_cancel(deputy_of(future));
}

static int may_wait(const struct coil_cfuture *future)
{
    return deputy_is_here(deputy_of(future)) ? -EDEADLK : 0;
}

static void free_share(struct coil_cfuture *future)
{
    coil__port_unref(deputy_of(future)->port);
    mem_free(container_of(deputy_of(future), struct share, deputy));
}

static const struct cfuture_kind kind = {
    .cancel = cancel_share, .may_wait = may_wait, .free = free_share};

struct coil_cfuture *coil_share_future_at(struct coil_future *source, const char *place)
{
    struct coil_loop *loop = source->loop;
    struct share *self;

    loop_owned(loop, "coil_share_future");
    self = mem_zalloc(sizeof(*self));
    if (self == NULL)
        return coil__cfuture_no_memory();
    coil__deputy_init(&self->deputy, &kind, place);
    self->deputy.future.state.value = CF_RUNNING;
    self->deputy.future.spin_ns = loop->port->spin_ns;
    self->deputy.port = coil__port_ref(loop->port);
    self->done.run = source_done;
    self->guest.loop_closes = loop_closes;
    self->deputy.source = future_ref(source);
    if (coil_future_done(source)) {
        move(self);
        return &self->deputy.future;
    }
    list_append(&source->callbacks, &self->done.link);
    list_append(&loop->guests, &self->guest.link);
    COUNTER_ADD(loop->others, 1u); /* whoever cancels it */
    return &self->deputy.future;
}
