/* Concurrent futures that are settled by hand (concurrent.futures.Future). */
#include "base/alloc.h"
#include "base/check.h"
#include "work/executor.h"

/*
 * Who settles it, cancel among them, takes this first. Cancellation comes before a start or a
 * result if CF_CANCEL was set while neither CF_RUNNING nor this was: from then on neither can be
 * set by anybody else.
 */
#define CF_CLAIMED CF_POSTED

static void cancel_manual(struct coil_cfuture *future)
{
    struct coil_exception *reason = (struct coil_exception *)word_load(&future->reason);

    if ((word_load(&future->state) & CF_RUNNING) != 0)
        return; /* a request, which whoever runs the job may look at */
    if ((word_or(&future->state, CF_CLAIMED) & CF_CLAIMED) == 0)
        coil__cfuture_complete(future, coil_error(-ECANCELED), coil__exception_ref(reason), NULL);
}

/* Whoever settles it may be any thread, this loop's too: in another callback, if not in this. */
static int may_wait_manual(const struct coil_cfuture *future)
{
    (void)future;
    return 0;
}

static void free_manual(struct coil_cfuture *future)
{
    mem_free(future);
}

static const struct cfuture_kind kind = {
    .cancel = cancel_manual, .may_wait = may_wait_manual, .free = free_manual};

struct coil_cfuture *coil_cfuture_new_at(const char *place)
{
    struct coil_cfuture *self = mem_zalloc(sizeof(*self));

    if (self == NULL)
        return coil__cfuture_no_memory();
    coil__cfuture_init(self, &kind, place);
    self->refs.value = 1; /* there is no job that holds one */
    return self;
}

static void require_manual(const struct coil_cfuture *future, const char *caller)
{
    REQUIRE(future->kind == &kind,
            "%s of a future whose job settles it: it is for those of coil_cfuture_new", caller);
}

bool coil_cfuture_set_running(struct coil_cfuture *future)
{
    uintptr_t was;

    if (coil_cfuture_done(future))
        return false;
    require_manual(future, "coil_cfuture_set_running");
    was = word_load(&future->state);
    do {
        if ((was & (CF_RUNNING | CF_CANCEL | CF_CLAIMED)) != 0)
            return false;
    } while (!word_cas(&future->state, &was, was | CF_RUNNING));
    return true;
}

static bool claim(struct coil_cfuture *future)
{
    uintptr_t was = word_load(&future->state);

    do {
        if ((was & CF_CLAIMED) != 0 || (was & (CF_CANCEL | CF_RUNNING)) == CF_CANCEL)
            return false;
    } while (!word_cas(&future->state, &was, was | CF_CLAIMED));
    return true;
}

int coil_cfuture_set_result(struct coil_cfuture *future, struct coil_result result,
                            coil_drop_fn *drop)
{
    if (coil_cfuture_done(future))
        return -EALREADY;
    require_manual(future, "coil_cfuture_set_result");
    if (!claim(future))
        return -EALREADY;
    if (result.status < 0)
        result.value = NULL;
    coil__cfuture_complete(future, result, coil__raised_for(result), drop);
    return 0;
}
