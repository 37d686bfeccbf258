/* What all executors share: the forms of a job, and how one is shut down. */
#include "work/executor.h"

#include "base/alloc.h"
#include "loop/exception.h"
#include "mach/thread.h"
#include "task/task.h"
#include "work/job.h"
#include "work/join.h"

__thread const struct word *coil__job_state;

/* ---- futures that failed already ---- */

static void free_failed(struct coil_cfuture *future)
{
    mem_free(future);
}

static const struct cfuture_kind failed = {.free = free_failed}; /* done: never asked for more */

struct coil_cfuture *coil__cfuture_failed(int64_t status, struct coil_exception *exception,
                                          const char *place)
{
    struct coil_cfuture *future = mem_zalloc(sizeof(*future));

    if (future == NULL) {
        exception_unref(exception);
        return coil__cfuture_no_memory();
    }
    coil__cfuture_init(future, &failed, place);
    coil__cfuture_complete(future, coil_error(status), exception, NULL);
    coil_cfuture_unref(future);
    return future;
}

struct coil_cfuture *coil__job_refuse(const struct job_spec *spec, int64_t status)
{
    if (spec->options->drop_arg != NULL)
        spec->options->drop_arg(spec->arg);
    return coil__cfuture_failed(status, NULL, spec->place);
}

/* With a sentence. */
static struct coil_cfuture *refused(const struct coil_executor *self, int64_t status,
                                    const char *place)
{
    const char *why = NULL;

    if (status == -EINVAL)
        why = "a process pool takes bytes, not pointers: coil_executor_submit_bytes";
    else if (status == -COIL_ESTOPPED)
        why = self == NULL ? "the executor is NULL: it could not be opened"
                           : "the executor is shut down";
    return coil__cfuture_failed(
        status, why != NULL ? coil__exception_text(status, place, why) : NULL, place);
}

/* ---- submitting ---- */

static const struct coil_job_options no_options;

static bool of_the_parent(const struct coil_executor *constant)
{
    struct coil_executor *self = (struct coil_executor *)(uintptr_t)constant;

    if (likely(self->generation == coil__fork_generation))
        return false;
    return self->kind->survives_fork == NULL || !self->kind->survives_fork(self);
}

int64_t coil__executor_refusal(const struct coil_executor *self)
{
    if (self == NULL)
        return -COIL_ESTOPPED;
    if (of_the_parent(self))
        return -COIL_EFORKED;
    return executor_refuses(self) ? -COIL_ESTOPPED : 0;
}

struct coil_cfuture *coil_executor_submit_at(struct coil_executor *self, coil_coroutine_fn *fn,
                                             void *arg, const struct coil_job_options *options,
                                             const char *place)
{
    struct job_spec spec = {fn, arg, options != NULL ? options : &no_options, place};
    int64_t status = coil__executor_refusal(self);

    if (status == 0 && self->kind->submit == NULL)
        status = -EINVAL;
    if (status == 0)
        return self->kind->submit(self, &spec);
    if (spec.options->drop_arg != NULL)
        spec.options->drop_arg(arg);
    return refused(self, status, place);
}

/* To a kind that knows only pointers. */
static struct coil_cfuture *submit_as_pointer(struct coil_executor *self, struct payload *payload,
                                              const struct coil_job_options *options,
                                              const char *place)
{
    struct coil_job_options own = *options;
    struct job_spec spec = {coil__payload_run, payload, &own, place};

    own.drop_arg = coil__payload_free;
    own.drop_result = payload->batch ? coil_results_free : coil_bytes_free;
    return self->kind->submit(self, &spec);
}

static struct coil_cfuture *submit_payload(struct coil_executor *self, struct payload *payload,
                                           const struct coil_job_options *options,
                                           const char *place)
{
    if (payload == NULL)
        return coil__cfuture_no_memory();
    if (options == NULL)
        options = &no_options;
    payload->place = place;
    payload->drop = payload->batch ? options->drop_result : NULL;
    if (self->kind->submit_payload != NULL)
        return self->kind->submit_payload(self, payload, options, place);
    return submit_as_pointer(self, payload, options, place);
}

static struct payload *wrap(const struct coil_executor *self, struct coil_function function,
                            const void *data, size_t n, size_t part_bytes, bool batch)
{
    struct payload *payload = NULL;

    if (self->kind->shares != NULL && data != NULL && self->kind->shares(self, n, part_bytes))
        payload = coil__payload_new_in_file(function, data, n, part_bytes, batch);
    return payload != NULL ? payload : coil__payload_new(function, data, n, part_bytes, batch);
}

struct coil_cfuture *coil_executor_submit_bytes_at(struct coil_executor *self,
                                                   struct coil_function function, const void *data,
                                                   size_t size,
                                                   const struct coil_job_options *options,
                                                   const char *place)
{
    int64_t status = coil__executor_refusal(self);

    if (status != 0)
        return refused(self, status, place);
    return submit_payload(self, wrap(self, function, data, 1, size, false), options, place);
}

struct coil_cfuture *coil_executor_submit_batch_at(struct coil_executor *self,
                                                   struct coil_function function, const void *items,
                                                   size_t n, size_t item_bytes,
                                                   const struct coil_job_options *options,
                                                   const char *place)
{
    int64_t status = coil__executor_refusal(self);

    if (status != 0)
        return refused(self, status, place);
    return submit_payload(self, wrap(self, function, items, n, item_bytes, true), options, place);
}

/* ---- what runs ---- */

bool coil__task_asked_to_end(const struct coil_future *task)
{
    return coil_task_cancelling(task) > 0 || coil__job_asked_to_end(task) ||
           coil__item_asked_to_end(task);
}

bool coil_job_cancelled(void)
{
    const struct coil_loop *loop = coil__loop_running;
    const struct coil_future *task = loop != NULL ? loop->current : NULL;

    if (coil__job_state != NULL && (word_load(coil__job_state) & CF_CANCEL) != 0)
        return true;
    return task != NULL && coil__task_asked_to_end(task);
}

void coil__raised_clear(void)
{
    if (coil__raised_slot() == NULL && coil_current_exception() != NULL)
        coil__exception_leave(NULL);
}

struct coil_exception *coil__raised_for(struct coil_result result)
{
    const struct coil_exception *raised = result.status < 0 ? coil_current_exception() : NULL;

    if (raised == NULL || raised->code != result.status)
        return NULL;
    return coil__exception_ref((struct coil_exception *)(uintptr_t)raised);
}

unsigned coil_executor_workers(const struct coil_executor *self)
{
    return self != NULL ? self->workers : 0;
}

size_t coil_executor_jobs(const struct coil_executor *self)
{
    if (self == NULL || of_the_parent(self))
        return 0;
    return self->kind->jobs != NULL ? self->kind->jobs(self) : word_load(&self->jobs);
}

/* ---- the end ---- */

static void cancel_ending(struct coil_cfuture *ended)
{
    (void)ended; /* a shutdown goes on */
}

static int may_wait_for_end(const struct coil_cfuture *ended)
{
    const struct coil_executor *self = container_of(ended, struct coil_executor, ended);

    return self->kind->is_here(self) ? -EDEADLK : 0;
}

static void free_executor(struct coil_cfuture *ended)
{
    struct coil_executor *self = container_of(ended, struct coil_executor, ended);

    self->kind->free(self);
}

static const struct cfuture_kind ending = {
    .cancel = cancel_ending, .may_wait = may_wait_for_end, .free = free_executor};

void coil__executor_init(struct coil_executor *self, const struct executor_kind *kind,
                         unsigned workers)
{
    *self = (struct coil_executor){.kind = kind, .workers = workers};
    self->generation = coil__fork_generation;
    coil__cfuture_init(&self->ended, &ending, "shutdown");
    self->ended.refs.value = 1;
}

void coil__executor_drop(struct coil_executor *self)
{
    executor_unref(self);
}

static void run_phases(struct coil_executor *self, const struct coil_stop_options *options)
{
    const uint32_t *state = word_futex(&self->state);
    int64_t left_behind = self->kind->shutdown(self, options);

    coil__cfuture_complete(&self->ended, coil_number(left_behind), NULL, NULL);
    word_or(&self->state, EXECUTOR_ENDED); /* after that it may be gone */
    coil__mach_futex_wake(state, INT32_MAX);
}

/* Whoever closes is the last: what a worker did is done, and nothing of it is left. The worker
 * waits for nobody between telling that it has ended and this. */
static void wait_until_let_go(struct coil_executor *self)
{
    uintptr_t state;

    while (((state = word_load(&self->state)) & EXECUTOR_ENDED) == 0)
        coil__mach_futex_wait(word_futex(&self->state), (uint32_t)state, COIL_FOREVER);
}

static void run_phases_in_worker(struct mach_work *work)
{
    struct coil_executor *self = container_of(work, struct coil_executor, shutdown);

    run_phases(self, &self->stop);
}

/* By a thread that may block, since this one may not. */
static int begin_phases(struct coil_executor *self, const struct coil_stop_options *options)
{
    int err;

    self->stop = *options;
    self->shutdown = (struct mach_work){.run = run_phases_in_worker, .pool = MACH_POOL_ENDINGS};
    err = coil__mach_workers_submit(&self->shutdown);
    if (err != 0)
        word_and(&self->state, ~(uintptr_t)EXECUTOR_ENDING); /* whoever asks again tries again */
    return err;
}

/* The thread has nothing better to do: an interrupt is for the next wait. */
static void block_until_ended(struct coil_executor *self)
{
    while (coil_cfuture_wait(&self->ended, COIL_FOREVER) == -EINTR)
        ;
}

static coil_async int64_t wait_until_ended(struct coil_executor *self)
{
    struct coil_future *future;
    int64_t status = -ENOMEM;

    if (coil__joins_in_task()) {
        future = coil_wrap_future(&self->ended);
        status = coil_await(future).status;
        coil_future_unref(future);
    }
    if (status == -ECANCELED)
        return status;
    block_until_ended(self);
    return coil_cfuture_result(&self->ended, 0).status;
}

/* Refuses from now on, and sees to it that somebody runs the phases. */
static int begin_shutdown(struct coil_executor *self, const struct coil_stop_options *options,
                          bool may_block)
{
    static const struct coil_stop_options defaults;
    const uintptr_t bits = EXECUTOR_REFUSING | EXECUTOR_ENDING;

    if ((word_or(&self->state, bits) & EXECUTOR_ENDING) != 0)
        return 0;
    if (options == NULL)
        options = &defaults;
    if (!may_block)
        return begin_phases(self, options);
    run_phases(self, options);
    return 0;
}

coil_async int64_t coil_executor_shutdown(struct coil_executor *self,
                                          const struct coil_stop_options *options)
{
    int64_t status;
    bool here;

    if (self == NULL || of_the_parent(self))
        return 0;
    REQUIRE(self->kind->shutdown != NULL,
            "the process's default executor is never shut down: open one of your own");
    here = self->kind->is_here(self);
    executor_ref(self);
    status = begin_shutdown(self, options, !here && !coil__joins_in_task());
    if (status == 0)
        status = here ? -EDEADLK : wait_until_ended(self);
    executor_unref(self);
    return status;
}

coil_async void coil_executor_close(struct coil_executor *self)
{
    bool cancelled = false;
    int64_t status;

    if (self == NULL)
        return;
    if (!of_the_parent(self)) {
        REQUIRE(!self->kind->is_here(self),
                "coil_executor_close in one of the executor's own jobs: coil_executor_shutdown "
                "begins it, close it from elsewhere");
        while ((status = coil_executor_shutdown(self, NULL)) == -ECANCELED)
            cancelled = true;
        if (status < 0) /* no thread to do it in: then in this one */
            begin_shutdown(self, NULL, true);
        wait_until_let_go(self);
        if (cancelled)
            task_of(coil__loop_running->current)->flags |= TASK_MUST_CANCEL;
    }
    coil__executor_drop(self);
}
