#include "work/arrival.h"

void coil__arrival_unref(struct arrival *self)
{
    if (word_unref(&self->refs))
        self->kind->free(self);
}

static struct arrival *of_future(struct coil_future *future)
{
    return container_of(future, struct arrival, future);
}

/* The loop waits for nothing any more. */
static void let_go(struct arrival *self)
{
    self->over = true;
    list_leave(&self->guest.link);
    COUNTER_ADD(self->future.loop->others, -1u);
    future_unref(&self->future);
}

/* Behind what its future's end makes ready. */
static void count_back(struct coil_loop *loop)
{
    if (--loop->lent == 0 && unlikely(loop->all_back != NULL))
        coil_call_soon(loop, loop->all_back);
}

static void arrive(struct coil_handle *handle)
{
    struct arrival *self = container_of(handle, struct arrival, handle);

    if (likely(future_pending(&self->future)))
        self->kind->settle(self);
    else
        self->kind->drop(self);
    if (self->lent)
        count_back(self->future.loop);
    if (likely(!self->over))
        let_go(self);
    coil__arrival_unref(self);
}

static void loop_closes(struct loop_guest *guest)
{
    struct arrival *self = container_of(guest, struct arrival, guest);

    if (future_pending(&self->future)) {
        self->future.flags |= FUTURE_QUIET;
        coil__future_settle(&self->future, FUTURE_FAILED, coil_error(self->future.loop->end_status),
                            NULL);
    }
    let_go(self);
}

static bool cancel_arrival(struct coil_future *future, struct coil_exception *reason)
{
    struct arrival *self = of_future(future);

    coil__future_settle(future, FUTURE_CANCELLED, coil_error(-ECANCELED),
                        coil__exception_ref(reason));
    self->kind->cancel(self, reason);
    let_go(self);
    return true;
}

static void free_arrival(struct coil_future *future)
{
    struct coil_loop *loop = future->loop;

    coil__arrival_unref(of_future(future));
    loop_object_gone(loop);
}

static const struct future_kind future_kind = {
    .name = "Future", .cancel = cancel_arrival, .free = free_arrival};

__attribute__((constructor)) static void register_kind(void)
{
    coil__future_kinds[FUTURE_ARRIVAL] = &future_kind;
}

void coil__arrival_begin(struct arrival *self, const struct arrival_kind *kind,
                         struct coil_loop *loop, const char *place, size_t workers)
{
    future_init(&self->future, loop, FUTURE_ARRIVAL, place);
    self->future.refs = 2; /* the caller's and the loop's */
    self->handle = (struct coil_handle){.run = arrive};
    self->guest.loop_closes = loop_closes;
    self->kind = kind;
    self->port = coil__port_ref(loop->port);
    self->refs.value = 2 + workers;
    self->over = false;
    self->lent = false;
    loop->objects++;
    list_append(&loop->guests, &self->guest.link);
    COUNTER_ADD(loop->others, 1u);
}

void coil__arrival_bring(struct arrival *self)
{
    struct loop_port *port = self->port; /* posted, the rest is the loop's */

    if (coil__port_post(port, &self->handle) != 0) {
        self->kind->drop(self);
        coil__arrival_unref(self);
    }
    coil__port_unref(port);
}
