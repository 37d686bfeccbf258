#include "work/thread_job.h"

#include "base/alloc.h"

/* Whoever is first tells what came of it: the worker, or who left it behind. */
static bool claim(struct thread_job *self)
{
    return (word_or(self->state, CF_POSTED) & CF_POSTED) == 0;
}

static void end(struct thread_job *self, struct coil_result result,
                struct coil_exception *exception)
{
    if (claim(self)) {
        self->kind->ended(self, result, exception);
        return;
    }
    exception_unref(exception);
    if (result.status >= 0 && self->drop_result != NULL)
        self->drop_result(result.value);
}

/* Back to what was this thread's before; `self` may be gone afterwards. */
static void leave(struct thread_job *self, const struct word *outer, struct coil_context **slot,
                  struct coil_context *context)
{
    coil__job_state = outer;
    *slot = context;
    if (self->drop_arg != NULL)
        self->drop_arg(self->arg);
}

static void run_job(struct mach_work *work)
{
    struct thread_job *self = thread_job_of(work);
    struct coil_context **slot = coil__context_slot(), *context = *slot;
    const struct word *outer = coil__job_state;
    struct coil_result result;

    coil__job_state = self->state;
    *slot = self->context;
    coil__raised_clear();
    result = self->fn(self->arg);
    leave(self, outer, slot, context);
    end(self, result, coil__raised_for(result));
}

/* Its function ended the thread, which is a worker's. */
static void job_died(struct mach_work *work)
{
    struct thread_job *self = thread_job_of(work);

    leave(self, NULL, coil__context_slot(), NULL);
    end(self, coil_error(-COIL_EDIED),
        coil__exception_text(COIL_EDIED, self->place, "the job ended its thread"));
}

void coil__thread_job_run(struct thread_job *self)
{
    run_job(&self->work);
    self->kind->unref(self);
}

static void release_job(struct mach_work *work)
{
    struct thread_job *self = thread_job_of(work);

    self->kind->unref(self);
}

int coil__thread_job_init(struct thread_job *self, const struct thread_job_kind *kind,
                          struct word *state, const struct job_spec *spec)
{
    const struct coil_job_options *options = spec->options;

    self->name = NULL;
    if (options->name != NULL && (self->name = mem_strdup(options->name)) == NULL)
        return -ENOMEM;
    self->kind = kind;
    self->state = state;
    self->pool = NULL;
    self->work = (struct mach_work){.run = run_job, .release = release_job, .died = job_died};
    self->fn = spec->fn;
    self->arg = spec->arg;
    self->drop_arg = options->drop_arg;
    self->drop_result = options->drop_result;
    self->place = spec->place;
    self->cell = (struct coil_context){.refs = {1}, .is_cell = true};
    if (options->context != NULL) {
        self->context = coil_context_ref(options->context);
        return 0;
    }
    self->cell.map = context_snapshot(*coil__context_slot());
    self->context = &self->cell;
    return 0;
}

void coil__thread_job_fini(struct thread_job *self)
{
    if (self->context != &self->cell)
        context_unref(self->context);
    context_unref(self->cell.map);
    mem_free(self->name);
}

int coil__thread_job_submit(struct thread_job *self, struct mach_pool *pool)
{
    int err;

    self->pool = pool;
    err = coil__mach_pool_submit(pool, &self->work);
    return err == -ESHUTDOWN ? -COIL_ESTOPPED : err;
}

void coil__thread_job_skip(struct thread_job *self, int64_t status,
                           struct coil_exception *exception)
{
    if (self->drop_arg != NULL)
        self->drop_arg(self->arg);
    end(self, coil_error(status), exception);
    self->kind->unref(self);
}

bool coil__thread_job_withdraw(struct thread_job *self)
{
    return self->pool != NULL && coil__mach_pool_withdraw(self->pool, &self->work);
}
