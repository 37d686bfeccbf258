/* What becomes of a submission on its loop: started, cancelled, completed. */
#include "mach/thread.h"
#include "work/cfuture.h"

/* Completes with what the task came to; its value moves over. */
static void task_done(struct coil_handle *handle)
{
    struct coil_cfuture *self = container_of(handle, struct coil_cfuture, start);
    struct coil_future *task = self->task;
    struct coil_result result = coil_future_take(task);
    struct coil_exception *exception = coil__exception_ref(task->exception);
    coil_drop_fn *drop = task->drop;

    if (result.status < 0)
        result.value = NULL;
    self->task = NULL;
    coil__cfuture_complete(self, result, exception, drop);
    future_unref(task);
    coil_cfuture_unref(self);
}

/* It never began: what it was given is given back. */
static void refuse(struct coil_cfuture *self, int64_t status)
{
    struct coil_exception *reason = (struct coil_exception *)word_load(&self->reason);

    if (self->options.drop_arg != NULL)
        self->options.drop_arg(self->arg);
    coil__cfuture_complete(self, coil_error(status),
                           status == -ECANCELED ? coil__exception_ref(reason) : NULL, NULL);
    coil_cfuture_unref(self);
}

static void start_task(struct coil_cfuture *self, struct coil_loop *loop)
{
    struct coil_future *task;

    self->options.loop = loop;
    self->options.name = self->name;
    task = coil_create_task_at(self->fn, self->arg, &self->options, self->place);
    self->options.drop_arg = NULL; /* the task's now */
    self->task = task;
    COUNTER_SET(self->task_id, coil_task_id(task));
    word_or(&self->state, CF_RUNNING);
    self->start = (struct coil_handle){.run = task_done};
    if (future_pending(task))
        list_append(&task->callbacks, &self->start.link);
    else
        loop_ready(loop, &self->start);
}

/* The plain functions that run in this thread, the innermost first. */
static __thread struct coil_cfuture *plain_running;

static void run_plain(struct coil_cfuture *self)
{
    struct coil_result result;

    word_or(&self->state, CF_RUNNING);
    self->outer = plain_running;
    plain_running = self;
    result = self->fn(self->arg);
    plain_running = self->outer;
    coil__cfuture_complete(self, result, NULL, self->options.drop_result);
    coil_cfuture_unref(self);
}

void coil__jobs_abandon(int64_t status)
{
    struct coil_cfuture *self;

    while ((self = plain_running) != NULL) {
        plain_running = self->outer;
        coil__cfuture_complete(self, coil_error(status), NULL, NULL);
        coil_cfuture_unref(self);
    }
}

/* The posted handle's turn on the loop, in the submitter's context. */
static void start(struct coil_handle *handle)
{
    struct coil_cfuture *self = container_of(handle, struct coil_cfuture, start);
    struct coil_loop *loop = coil__loop_running;
    struct coil_context *context = handle->context;

    handle->context = NULL;
    if (loop->closing || loop->refusing)
        refuse(self, loop->end_status);
    else if ((word_load(&self->state) & CF_CANCEL) != 0)
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
    struct coil_cfuture *self = container_of(handle, struct coil_cfuture, cancel);
    struct coil_exception *reason = (struct coil_exception *)word_load(&self->reason);

    word_and(&self->state, ~(uintptr_t)CF_POSTED);
    if (self->task != NULL)
        coil__future_cancel(self->task, reason);
    coil_cfuture_unref(self);
}

bool coil__loop_is_here(const struct coil_loop *loop)
{
    if (coil__loop_running == loop)
        return true;
    if (COUNTER_READ(loop->others) != 0 || word_load(&loop->running) != 0)
        return false;
    return loop->thread == 0 || loop->thread == mach_thread_id();
}

static struct coil_cfuture *make(struct loop_port *port, coil_coroutine_fn *fn, void *arg,
                                 const struct coil_task_options *options, const char *place)
{
    struct coil_cfuture *self = mem_alloc(sizeof(*self));

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
    self->refs.value = 2; /* the caller's and the job's */
    self->generation = coil__fork_generation;
    self->port = port != NULL ? coil__port_ref(port) : NULL;
    self->start.run = start;
    self->cancel.run = cancel;
    self->fn = fn;
    self->arg = arg;
    self->place = place;
    return self;
}

struct coil_cfuture *coil__cfuture_submit(struct loop_port *port, coil_coroutine_fn *fn, void *arg,
                                          const struct coil_task_options *options, bool plain,
                                          const char *place)
{
    struct coil_cfuture *self = make(port, fn, arg, options, place);
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
    return self;
}

struct coil_cfuture *coil_submit_to_loop_at(struct coil_loop *loop, coil_coroutine_fn *fn,
                                            void *arg, const struct coil_task_options *options,
                                            const char *place)
{
    return coil__cfuture_submit(loop->port, fn, arg, options, false, place);
}
