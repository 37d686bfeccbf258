/* run_in_executor: a future of the running loop for a job elsewhere. */
#include "base/alloc.h"
#include "loop/loop.h"
#include "work/arrival.h"
#include "work/job_memory.h"
#include "work/thread_job.h"
#include "work/wrap.h"

/* A job on a thread: what it came to is kept here until the loop takes it. */
struct call {
    struct arrival arrival;
    struct word state; /* of the job: enum cfuture_bits */
    struct coil_result result;
    struct coil_exception *exception;
    coil_drop_fn *drop;
    struct thread_job job; /* last */
};

_Static_assert(sizeof(struct call) <= JOB_BYTES, "a job has room");

static struct call *of_arrival(struct arrival *arrival)
{
    return container_of(arrival, struct call, arrival);
}

static void settle(struct arrival *arrival)
{
    struct call *self = of_arrival(arrival);

    coil__future_settle_status(&arrival->future, self->result, self->exception);
    arrival->future.drop = self->drop;
}

static void drop_result(struct arrival *arrival)
{
    struct call *self = of_arrival(arrival);

    exception_unref(self->exception);
    if (self->result.status >= 0 && self->drop != NULL)
        self->drop(self->result.value);
}

static void cancel_job(struct arrival *arrival, struct coil_exception *reason)
{
    struct call *self = of_arrival(arrival);

    (void)reason; /* the function can only ask whether */
    word_or(&self->state, CF_CANCEL);
    if (coil__thread_job_withdraw(&self->job))
        coil__thread_job_skip(&self->job, -ECANCELED, NULL);
}

static void free_call(struct arrival *arrival)
{
    struct call *self = of_arrival(arrival);

    coil__thread_job_fini(&self->job);
    coil__job_memory_put(self);
}

static const struct arrival_kind call_kind = {
    .settle = settle, .drop = drop_result, .cancel = cancel_job, .free = free_call};

/* ---- on whatever thread runs the job ---- */

static struct call *of_job(struct thread_job *job)
{
    return container_of(job, struct call, job);
}

static void job_ended(struct thread_job *job, struct coil_result result,
                      struct coil_exception *exception)
{
    struct call *self = of_job(job);

    self->result = result;
    self->exception = exception;
    self->drop = job->drop_result;
    coil__arrival_bring(&self->arrival);
}

static void job_ref(struct thread_job *job)
{
    word_add(&of_job(job)->arrival.refs, 1);
}

static void job_unref(struct thread_job *job)
{
    coil__arrival_unref(&of_job(job)->arrival);
}

static const struct thread_job_kind job_kind = {
    .ended = job_ended, .ref = job_ref, .unref = job_unref};

/* ---- beginning ---- */

static struct coil_executor *default_of(const struct coil_loop *loop)
{
    return loop->executor != NULL ? loop->executor : coil_default_executor();
}

/* A simulated world is the same every time it is run: threads would not be. */
static bool runs_in_place(const struct coil_executor *executor, const struct coil_loop *loop)
{
    return executor == coil_default_executor() && strcmp(loop->driver_name, "sim") == 0;
}

static struct coil_future *refuse(const struct job_spec *spec, struct coil_future *failed)
{
    if (spec->options->drop_arg != NULL)
        spec->options->drop_arg(spec->arg);
    return future_ref(failed);
}

static struct coil_future *lend(struct coil_executor *executor, struct coil_loop *loop,
                                const struct job_spec *spec)
{
    struct call *self = coil__job_memory_get();
    int err;

    if (self == NULL || coil__thread_job_init(&self->job, &job_kind, &self->state, spec) != 0) {
        if (self != NULL)
            coil__job_memory_put(self);
        return refuse(spec, &loop->no_memory);
    }
    self->state = (struct word){0};
    coil__arrival_begin(&self->arrival, &call_kind, loop, spec->place, 1);
    if (executor == default_of(loop))
        arrival_count_lent(&self->arrival);
    if (runs_in_place(executor, loop))
        coil__thread_job_run(&self->job);
    else if ((err = executor->kind->lend(executor, &self->job)) != 0)
        coil__thread_job_skip(&self->job, err, NULL);
    return &self->arrival.future;
}

/* Any other kind: by way of a concurrent future. Without memory to hear of it nothing begins. */
static struct coil_future *submit(struct coil_executor *executor, struct coil_loop *loop,
                                  const struct job_spec *spec)
{
    struct wrap *wrap = coil__wrap_new();
    struct coil_cfuture *job;

    if (wrap == NULL)
        return refuse(spec, &loop->no_memory);
    job = coil_executor_submit_at(executor, spec->fn, spec->arg, spec->options, spec->place);
    return coil__wrap_begin(wrap, loop, job, true, spec->place);
}

struct coil_future *coil_run_in_executor_at(struct coil_executor *executor, coil_coroutine_fn *fn,
                                            void *arg, const struct coil_job_options *options,
                                            const char *place)
{
    static const struct coil_job_options defaults;
    struct coil_loop *loop = loop_here("coil_run_in_executor");
    struct job_spec spec = {fn, arg, options != NULL ? options : &defaults, place};

    if (executor == NULL)
        executor = default_of(loop);
    if (loop->closing)
        return refuse(&spec, &loop->refused);
    if (executor->kind->lend != NULL && !coil__executor_refusal(executor))
        return lend(executor, loop, &spec);
    return submit(executor, loop, &spec);
}

int coil_loop_set_default_executor(struct coil_loop *loop, struct coil_executor *executor)
{
    loop_owned(loop, "coil_loop_set_default_executor");
    if (executor != NULL && executor->kind->submit == NULL)
        return -EINVAL;
    loop->executor = executor;
    return 0;
}
