/* wrap_future: a coroutine of any loop awaits a job of any other (asyncio.wrap_future). */
#include "work/wrap.h"

#include "work/arrival.h"
#include "work/job_memory.h"

struct wrap {
    struct arrival arrival;
    struct coil_cfuture_callback callback;
    struct coil_cfuture *source; /* counted */
    bool owns;                   /* the loop's: what the source comes to is only for us */
};

_Static_assert(sizeof(struct wrap) <= JOB_BYTES, "a wrap has room");

static struct wrap *of_arrival(struct arrival *arrival)
{
    return container_of(arrival, struct wrap, arrival);
}

/* The value moves over, unless it has another owner already. */
static struct coil_result take(struct coil_cfuture *source, coil_drop_fn **drop)
{
    *drop = (word_load(&source->flags) & CF_TAKEN) != 0 ? NULL : source->drop;
    return coil_cfuture_take(source, 0);
}

static void settle(struct arrival *arrival)
{
    struct wrap *self = of_arrival(arrival);
    struct coil_cfuture *source = self->source;
    coil_drop_fn *drop = NULL;
    struct coil_result result = self->owns ? take(source, &drop) : coil_cfuture_result(source, 0);

    coil__future_settle_status(&arrival->future, result, coil__exception_ref(source->exception));
    arrival->future.drop = drop;
}

static void drop_result(struct arrival *arrival)
{
    struct wrap *self = of_arrival(arrival);

    if (self->owns)
        word_or(&self->source->flags, CF_SEEN);
}

static void cancel_source(struct arrival *arrival, struct coil_exception *reason)
{
    struct wrap *self = of_arrival(arrival);

    self->owns = true; /* as far as anybody will hear */
    coil_cfuture_cancel_at(self->source, reason != NULL ? reason->text : NULL,
                           arrival->future.place);
}

static void free_wrap(struct arrival *arrival)
{
    struct wrap *self = of_arrival(arrival);

    coil_cfuture_unref(self->source);
    coil__job_memory_put(self);
}

static const struct arrival_kind kind = {
    .settle = settle, .drop = drop_result, .cancel = cancel_source, .free = free_wrap};

/* On whatever thread settled it. */
static void source_done(struct coil_cfuture *source, void *arg)
{
    struct wrap *self = arg;

    (void)source;
    coil__arrival_bring(&self->arrival);
}

struct wrap *coil__wrap_new(void)
{
    return coil__job_memory_get();
}

struct coil_future *coil__wrap_begin(struct wrap *self, struct coil_loop *loop,
                                     struct coil_cfuture *source, bool owns, const char *place)
{
    self->source = source;
    self->owns = owns;
    coil__arrival_begin(&self->arrival, &kind, loop, place, 0);
    coil_cfuture_add_done_callback(source, &self->callback, source_done, self);
    return &self->arrival.future;
}

struct coil_future *coil_wrap_future_at(struct coil_cfuture *source, const char *place)
{
    struct coil_loop *loop = loop_here("coil_wrap_future");
    struct wrap *self = coil__wrap_new();

    if (self == NULL)
        return future_ref(&loop->no_memory);
    return coil__wrap_begin(self, loop, coil_cfuture_ref(source), false, place);
}
