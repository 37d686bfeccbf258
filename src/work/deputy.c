#include "work/deputy.h"

/* On the loop. */
static void cancel_source(struct coil_handle *handle)
{
    struct deputy *self = container_of(handle, struct deputy, cancel);
    struct coil_exception *reason = (struct coil_exception *)word_load(&self->future.reason);

    word_and(&self->future.state, ~(uintptr_t)CF_POSTED);
    if (self->source != NULL)
        coil__future_cancel(self->source, reason);
    coil_cfuture_unref(&self->future);
}

void coil__deputy_init(struct deputy *self, const struct cfuture_kind *kind, const char *place)
{
    coil__cfuture_init(&self->future, kind, place);
    self->cancel.run = cancel_source;
}

void coil__deputy_post_cancel(struct deputy *self)
{
    coil_cfuture_ref(&self->future); /* the posted handle's */
    if (coil__port_post(self->port, &self->cancel) != 0)
        coil_cfuture_unref(&self->future);
}
