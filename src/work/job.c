/* What becomes of a submission on its loop: started, cancelled, completed. */
#include "work/job.h"

#include "mach/thread.h"

struct job {
    struct coil_cfuture future;
    struct loop_port *port;    /* counted; NULL: it never went to a loop */
    struct coil_handle start;  /* posted to begin; later among the task's callbacks */
    struct coil_handle cancel; /* posted to cancel */
    struct coil_future *task;  /* the loop thread's; counted */
    uint64_t task_id;
    coil_coroutine_fn *fn;
    void *arg;
    bool plain;        /* a function, not a coroutine */
    struct job *outer; /* plain and running: the one whose function turns the loop around it */
    char *name;
    struct coil_task_options options; /* without name and loop */
};

/* Completes with what the task came to; its value moves over. */
static void task_done(struct coil_handle *handle)
{
    struct job *self = container_of(handle, struct job, start);
    struct coil_future *task = self->task;
    struct coil_result result = coil_future_take(task);
    struct coil_exception *exception = coil__exception_ref(task->exception);
    coil_drop_fn *drop = task->drop;

    if (result.status < 0)
        result.value = NULL;
    self->task = NULL;
    coil__cfuture_complete(&self->future, result, exception, drop);
    future_unref(task);
    coil_cfuture_unref(&self->future);
}

/* It never began: what it was given is given back. */
static void refuse(struct job *self, int64_t status)
{
    struct coil_exception *reason = (struct coil_exception *)word_load(&self->future.reason);

    if (self->options.drop_arg != NULL)
        self->options.drop_arg(self->arg);
    coil__cfuture_complete(&self->future, coil_error(status),
                           status == -ECANCELED ? coil__exception_ref(reason) : NULL, NULL);
    coil_cfuture_unref(&self->future);
}

static void start_task(struct job *self, struct coil_loop *loop)
{
    struct coil_future *task;

    self->options.loop = loop;
    self->options.name = self->name;
    task = coil_create_task_at(self->fn, self->arg, &self->options, self->future.place);
    self->options.drop_arg = NULL; /* the task's now */
    self->task = task;
    COUNTER_SET(self->task_id, coil_task_id(task));
    word_or(&self->future.state, CF_RUNNING);
    self->start = (struct coil_handle){.run = task_done};
    if (future_pending(task))
        list_append(&task->callbacks, &self->start.link);
    else
        loop_ready(loop, &self->start);
}

/* The plain functions that run in this thread, the innermost first. */
static __thread struct job *plain_running;

static void run_plain(struct job *self)
{
    struct coil_result result;

    word_or(&self->future.state, CF_RUNNING);
    self->outer = plain_running;
    plain_running = self;
    result = self->fn(self->arg);
    plain_running = self->outer;
    coil__cfuture_complete(&self->future, result, NULL, self->options.drop_result);
    coil_cfuture_unref(&self->future);
}

void coil__jobs_abandon(int64_t status)
{
    struct job *self;

    while ((self = plain_running) != NULL) {
        plain_running = self->outer;
        coil__cfuture_complete(&self->future, coil_error(status), NULL, NULL);
        coil_cfuture_unref(&self->future);
    }
}

/* The posted handle's turn on the loop, in the submitter's context. */
static void start(struct coil_handle *handle)
{
    struct job *self = container_of(handle, struct job, start);
    struct coil_loop *loop = coil__loop_running;
    struct coil_context *context = handle->context;

    handle->context = NULL;
    if (loop->closing || loop->refusing)
        refuse(self, loop->end_status);
    else if ((word_load(&self->future.state) & CF_CANCEL) != 0)
        refuse(self, -ECANCELED);
    else if (self->plain)
        run_plain(self);
    else
        start_task(self, loop);
    if (loop->context == context)
        context_unref(context);
    else
        context_unref(
            loop->context); /* the function set a variable: its new map is ours to give up */
    loop->context = NULL;
}

static void cancel(struct coil_handle *handle)
{
    struct job *self = container_of(handle, struct job, cancel);
    struct coil_exception *reason = (struct coil_exception *)word_load(&self->future.reason);

    word_and(&self->future.state, ~(uintptr_t)CF_POSTED);
    if (self->task != NULL)
        coil__future_cancel(self->task, reason);
    coil_cfuture_unref(&self->future);
}

bool coil__loop_is_here(const struct coil_loop *loop)
{
    if (coil__loop_running == loop)
        return true;
    if (COUNTER_READ(loop->others) != 0 || word_load(&loop->running) != 0)
        return false;
    return loop->thread == 0 || loop->thread == mach_thread_id();
}

/* The task's part is done on its loop. A request that is on its way already says it all. */
static void cancel_job(struct coil_cfuture *future)
{
    struct job *self = container_of(future, struct job, future);

    coil_cfuture_ref(future); /* the posted handle's */
    if ((word_or(&future->state, CF_POSTED) & (CF_DONE | CF_POSTED)) != 0 ||
        coil__port_post(self->port, &self->cancel) != 0)
        coil_cfuture_unref(future);
}

static int may_wait(const struct coil_cfuture *future)
{
    const struct job *self = container_of(future, struct job, future);

    return coil__loop_running != NULL && coil__loop_running->port == self->port ? -EDEADLK : 0;
}

static void free_job(struct coil_cfuture *future)
{
    struct job *self = container_of(future, struct job, future);

    if (self->port != NULL)
        coil__port_unref(self->port);
    mem_free(self->name);
    mem_free(self);
}

static const struct cfuture_kind kind = {
    .cancel = cancel_job, .may_wait = may_wait, .free = free_job};

uint64_t coil_cfuture_task_id(const struct coil_cfuture *future)
{
    return future->kind == &kind ? COUNTER_READ(container_of(future, struct job, future)->task_id)
                                 : 0;
}

static struct job *make(struct loop_port *port, coil_coroutine_fn *fn, void *arg,
                        const struct coil_task_options *options, const char *place)
{
    struct job *self = mem_alloc(sizeof(*self));

    if (self == NULL)
        return NULL;
    memset(self, 0, sizeof(*self)); /* faster than calloc, which knows no thread's cache */
    if (options != NULL)
        self->options = *options;
    if (options != NULL && options->name != NULL &&
        (self->name = mem_strdup(options->name)) == NULL) {
        mem_free(self);
        return NULL;
    }
    coil__cfuture_init(&self->future, &kind, place);
    if (port != NULL) {
        self->port = coil__port_ref(port);
        self->future.spin_ns = port->spin_ns;
    }
    self->start.run = start;
    self->cancel.run = cancel;
    self->fn = fn;
    self->arg = arg;
    return self;
}

struct coil_cfuture *coil__cfuture_submit(struct loop_port *port, coil_coroutine_fn *fn, void *arg,
                                          const struct coil_task_options *options, bool plain,
                                          const char *place)
{
    struct job *self = make(port, fn, arg, options, place);
    int err;

    if (self == NULL) {
        if (options != NULL && options->drop_arg != NULL)
            options->drop_arg(arg);
        return coil__cfuture_no_memory();
    }
    self->plain = plain;
    self->start.context = context_snapshot(*coil__context_slot());
    err = port != NULL ? coil__port_post(port, &self->start) : -COIL_ESTOPPED;
    if (err != 0) {
        context_unref(self->start.context);
        refuse(self, err);
    }
    return &self->future;
}

struct coil_cfuture *coil_submit_to_loop_at(struct coil_loop *loop, coil_coroutine_fn *fn,
                                            void *arg, const struct coil_task_options *options,
                                            const char *place)
{
    return coil__cfuture_submit(loop->port, fn, arg, options, false, place);
}
