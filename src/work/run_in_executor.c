/* run_in_executor: a future of the running loop for a job elsewhere. */
#include "base/alloc.h"
#include "loop/loop.h"
#include "work/thread_job.h"

/*
 * A block on the heap that both sides have: the loop's future, and what brings the result. While
 * the future is pending it is the loop's guest; cancelled it is done at once, and what comes later
 * is dropped. Whoever has the result posts the handle.
 */
struct call {
    struct coil_future future;
    struct coil_handle arrival; /* posted */
    struct loop_guest guest;
    struct loop_port *port; /* counted until the result is brought */
    struct word refs;       /* the future's, the arrival's, and the job's or the source's */
    struct word state;      /* of the job: enum cfuture_bits */

    struct coil_result result; /* the arrival's; not taken yet */
    struct coil_exception *exception;
    coil_drop_fn *drop;

    /* One of the two: */
    struct coil_cfuture *source; /* counted; a job of another kind; NULL: the one below */
    struct coil_cfuture_callback callback;
    struct thread_job job; /* last */
};

static void call_unref(struct call *self)
{
    if (word_sub(&self->refs, 1) != 0)
        return;
    if (self->source == NULL)
        coil__thread_job_fini(&self->job);
    else
        coil_cfuture_unref(self->source);
    mem_free(self);
}

static void drop_result(struct call *self)
{
    exception_unref(self->exception);
    if (self->result.status >= 0 && self->drop != NULL)
        self->drop(self->result.value);
}

/* ---- on the loop's thread ---- */

/* The loop waits for nothing any more. */
static void let_go(struct call *self)
{
    if (link_in_list(&self->guest.link))
        list_remove(&self->guest.link);
    COUNTER_ADD(self->future.loop->others, -1u);
    future_unref(&self->future);
}

static void settle(struct call *self)
{
    coil__future_settle_status(&self->future, self->result, self->exception);
    self->future.drop = self->drop;
    let_go(self);
}

static void arrive(struct coil_handle *handle)
{
    struct call *self = container_of(handle, struct call, arrival);

    if (word_load(&self->state) & CF_DONE)
        drop_result(self); /* the loop's part was done before */
    else
        settle(self);
    call_unref(self);
}

/* From now on the loop's part is done, the result may come or not. */
static void detach(struct call *self)
{
    word_or(&self->state, CF_DONE);
    let_go(self);
}

static void loop_closes(struct loop_guest *guest)
{
    struct call *self = container_of(guest, struct call, guest);

    if (future_pending(&self->future)) {
        self->future.flags |= FUTURE_QUIET;
        coil__future_settle(&self->future, FUTURE_FAILED, coil_error(self->future.loop->end_status),
                            NULL);
    }
    detach(self);
}

static bool cancel_call(struct coil_future *future, struct coil_exception *reason)
{
    struct call *self = container_of(future, struct call, future);

    word_or(&self->state, CF_CANCEL);
    coil__future_settle(future, FUTURE_CANCELLED, coil_error(-ECANCELED),
                        coil__exception_ref(reason));
    if (self->source != NULL)
        coil_cfuture_cancel_at(self->source, reason != NULL ? reason->text : NULL, future->place);
    else if (coil__thread_job_withdraw(&self->job))
        coil__thread_job_skip(&self->job, -ECANCELED, NULL);
    detach(self);
    return true;
}

static void free_call(struct coil_future *future)
{
    struct coil_loop *loop = future->loop;

    call_unref(container_of(future, struct call, future));
    loop_object_gone(loop);
}

static const struct future_kind kind = {.name = "Future", .cancel = cancel_call, .free = free_call};

__attribute__((constructor)) static void register_kind(void)
{
    coil__future_kinds[FUTURE_EXECUTOR] = &kind;
}

/* ---- on whatever thread has the result ---- */

static void bring(struct call *self, struct coil_result result, struct coil_exception *exception,
                  coil_drop_fn *drop)
{
    struct loop_port *port = self->port; /* posted, the call is the loop's */

    self->result = result;
    self->exception = exception;
    self->drop = drop;
    if (coil__port_post(port, &self->arrival) != 0) {
        drop_result(self);
        call_unref(self);
    }
    coil__port_unref(port);
}

static struct call *of_thread_job(struct thread_job *job)
{
    return container_of(job, struct call, job);
}

static void job_ended(struct thread_job *job, struct coil_result result,
                      struct coil_exception *exception)
{
    bring(of_thread_job(job), result, exception, job->drop_result);
}

static void job_ref(struct thread_job *job)
{
    word_add(&of_thread_job(job)->refs, 1);
}

static void job_unref(struct thread_job *job)
{
    call_unref(of_thread_job(job));
}

static const struct thread_job_kind job_kind = {
    .ended = job_ended, .ref = job_ref, .unref = job_unref};

/* The value moves over, unless it has another owner already. */
static void source_done(struct coil_cfuture *source, void *arg)
{
    struct call *self = arg;
    coil_drop_fn *drop = word_load(&source->flags) & CF_TAKEN ? NULL : source->drop;
    struct coil_result result = coil_cfuture_take(source, 0);

    bring(self, result, coil__exception_ref(source->exception), drop);
    call_unref(self);
}

/* ---- beginning ---- */

static struct call *make(struct coil_loop *loop, const char *place)
{
    struct call *self = mem_alloc(sizeof(*self));

    if (self == NULL)
        return NULL;
    memset(self, 0, offsetof(struct call, job));
    future_init(&self->future, loop, FUTURE_EXECUTOR, place);
    self->future.refs = 2;
    self->arrival.run = arrive;
    self->guest.loop_closes = loop_closes;
    self->port = coil__port_ref(loop->port);
    self->refs.value = 3;
    return self;
}

/* It will come: the loop waits for it. */
static void begin(struct call *self, struct coil_loop *loop)
{
    loop->objects++;
    list_append(&loop->guests, &self->guest.link);
    COUNTER_ADD(loop->others, 1u);
}

/* A simulated world is the same every time it is run: threads would not be. */
static bool runs_in_place(const struct coil_executor *executor, const struct coil_loop *loop)
{
    return executor == coil_default_executor() && strcmp(loop->driver_name, "sim") == 0;
}

static struct coil_future *lend(struct coil_executor *executor, struct coil_loop *loop,
                                const struct job_spec *spec)
{
    struct call *self = make(loop, spec->place);
    int err = -ENOMEM;

    if (self != NULL)
        err = coil__thread_job_init(&self->job, &job_kind, &self->state, spec);
    if (err != 0) {
        if (spec->options->drop_arg != NULL)
            spec->options->drop_arg(spec->arg);
        if (self != NULL)
            coil__port_unref(self->port);
        mem_free(self);
        return future_ref(&loop->no_memory);
    }
    begin(self, loop);
    if (runs_in_place(executor, loop))
        coil__thread_job_run(&self->job);
    else if ((err = executor->kind->lend(executor, &self->job)) != 0)
        coil__thread_job_skip(&self->job, err, NULL);
    return &self->future;
}

/* Any other kind: by way of a concurrent future. */
static struct coil_future *submit(struct coil_executor *executor, struct coil_loop *loop,
                                  const struct job_spec *spec)
{
    struct call *self = make(loop, spec->place);

    if (self == NULL) {
        if (spec->options->drop_arg != NULL)
            spec->options->drop_arg(spec->arg);
        return future_ref(&loop->no_memory);
    }
    self->source =
        coil_executor_submit_at(executor, spec->fn, spec->arg, spec->options, spec->place);
    begin(self, loop);
    coil_cfuture_add_done_callback(self->source, &self->callback, source_done, self);
    return &self->future;
}

struct coil_future *coil_run_in_executor_at(struct coil_executor *executor, coil_coroutine_fn *fn,
                                            void *arg, const struct coil_job_options *options,
                                            const char *place)
{
    static const struct coil_job_options defaults;
    struct coil_loop *loop = loop_here("coil_run_in_executor");
    struct job_spec spec = {fn, arg, options != NULL ? options : &defaults, place};

    if (executor == NULL)
        executor = loop->executor != NULL ? loop->executor : coil_default_executor();
    if (loop->closing) {
        if (spec.options->drop_arg != NULL)
            spec.options->drop_arg(arg);
        return future_ref(&loop->refused);
    }
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
