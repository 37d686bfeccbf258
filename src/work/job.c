/*
 * What becomes of a submission on its loop: started, cancelled, completed.
 *
 * Whoever comes first has it: the loop, which sets CF_RUNNING when it takes the job up, or who
 * cancels it, who sets CF_POSTED. In the second case it is done at once and never runs; its
 * argument is dropped when the loop comes to it.
 */
#include "work/job.h"

#include "mach/thread.h"
#include "task/task.h"
#include "work/deputy.h"
#include "work/job_memory.h"

struct job {
    struct deputy deputy;     /* of its task, once there is one; no port: it never went to a loop */
    struct desk *desk;        /* counted, and has the port; NULL: the loop is no pool's */
    struct coil_link link;    /* begun: on the desk */
    struct coil_handle start; /* posted to begin; later among the task's callbacks */
    uint64_t task_id;
    coil_coroutine_fn *fn;
    void *arg;
    bool plain;        /* a function, not a coroutine */
    struct job *outer; /* plain and running: the one whose function turns the loop around it */
    char *name;
    struct coil_task_options options; /* without name and loop; the context is counted */
};

_Static_assert(sizeof(struct job) <= JOB_BYTES, "a job has room");

static struct job *of_future(const struct coil_cfuture *future)
{
    return container_of(deputy_of(future), struct job, deputy);
}

/* False: somebody else has settled it meanwhile. */
static bool leave_desk(struct job *self, enum desk_end how)
{
    return self->desk == NULL || coil__desk_end(self->desk, &self->link, how);
}

static enum desk_end end_of(const struct coil_future *task)
{
    bool destroyed = task->kind == FUTURE_TASK &&
                     (container_of(task, struct task, future)->flags & TASK_LOST) != 0;

    return destroyed ? DESK_DESTROYED : DESK_ENDED;
}

/* Completes with what the task came to; its value moves over. */
static void task_done(struct coil_handle *handle)
{
    struct job *self = container_of(handle, struct job, start);
    struct coil_future *task = self->deputy.source;
    struct coil_exception *exception = coil__exception_ref(task->exception);
    struct coil_result result;
    coil_drop_fn *drop = task->drop;

    self->deputy.source = NULL;
    if (leave_desk(self, end_of(task))) {
        result = coil_future_take(task);
        if (result.status < 0)
            result.value = NULL;
        coil__cfuture_complete(&self->deputy.future, result, exception, drop);
    } else {
        future_look(task); /* comes too late: its drop function is told */
        exception_unref(exception);
    }
    future_unref(task);
    coil_cfuture_unref(&self->deputy.future);
}

/* It never begins: what it was given is given back. `taken`: who cancelled it has completed it. */
static void refuse(struct job *self, int64_t status, bool taken)
{
    struct coil_exception *reason = (struct coil_exception *)word_load(&self->deputy.future.reason);

    if (!taken)
        leave_desk(self, DESK_REFUSED);
    context_unref(self->options.context);
    if (self->options.drop_arg != NULL)
        self->options.drop_arg(self->arg);
    if (!taken)
        coil__cfuture_complete(&self->deputy.future, coil_error(status),
                               status == -ECANCELED ? coil__exception_ref(reason) : NULL, NULL);
    coil_cfuture_unref(&self->deputy.future);
}

void coil__job_refuse_laid(struct coil_handle *handle, int64_t status)
{
    struct job *self = container_of(handle, struct job, start);
    uintptr_t was = word_or(&self->deputy.future.state, CF_RUNNING);

    context_unref(handle->context);
    handle->context = NULL;
    refuse(self, status, (was & CF_POSTED) != 0);
}

static void start_task(struct job *self, struct coil_loop *loop)
{
    struct coil_future *task;

    self->options.loop = loop;
    self->options.name = self->name;
    task = coil_create_task_at(self->fn, self->arg, &self->options, self->deputy.future.place);
    self->options.drop_arg = NULL; /* the task's now */
    context_unref(self->options.context);
    self->options.context = NULL;
    self->deputy.source = task;
    COUNTER_SET(self->task_id, coil_task_id(task));
    if (self->desk != NULL)
        coil__desk_begin(self->desk, &self->link);
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

    self->outer = plain_running;
    plain_running = self;
    result = self->fn(self->arg);
    plain_running = self->outer;
    coil__cfuture_complete(&self->deputy.future, result, NULL, self->options.drop_result);
    coil_cfuture_unref(&self->deputy.future);
}

void coil__jobs_abandon(int64_t status)
{
    struct job *self;

    while ((self = plain_running) != NULL) {
        plain_running = self->outer;
        coil__cfuture_complete(&self->deputy.future, coil_error(status), NULL, NULL);
        coil_cfuture_unref(&self->deputy.future);
    }
}

/* The posted handle's turn on the loop, in the submitter's context. */
static void start(struct coil_handle *handle)
{
    struct job *self = container_of(handle, struct job, start);
    struct coil_loop *loop = coil__loop_running;
    struct coil_context *context = handle->context;
    uintptr_t was = word_or(&self->deputy.future.state, CF_RUNNING);

    handle->context = NULL;
    if (loop->closing || loop->refusing)
        refuse(self, loop->end_status, (was & CF_POSTED) != 0);
    else if ((was & CF_CANCEL) != 0)
        refuse(self, -ECANCELED, (was & CF_POSTED) != 0);
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

bool coil__loop_is_here(const struct coil_loop *loop)
{
    if (coil__loop_running == loop)
        return true;
    if (COUNTER_READ(loop->others) != 0 || word_load(&loop->running) != 0)
        return false;
    return loop->thread == 0 || loop->thread == mach_thread_id();
}

/* Before the loop took it up it is done here and now. Else the task's part is done on its loop; a
 * request that is on its way already says it all. */
static void cancel_job(struct coil_cfuture *future)
{
    struct job *self = of_future(future);
    struct coil_exception *reason = (struct coil_exception *)word_load(&future->reason);
    uintptr_t was = word_or(&future->state, CF_POSTED);

    if ((was & (CF_DONE | CF_POSTED)) != 0)
        return;
    if ((was & CF_RUNNING) == 0) {
        if (self->desk != NULL)
            coil__desk_withdraw(self->desk);
        coil__cfuture_complete(future, coil_error(-ECANCELED), coil__exception_ref(reason), NULL);
        return;
    }
    coil__deputy_post_cancel(&self->deputy);
}

static bool waits_for_itself(const struct job *self)
{
    if (coil__loop_running == NULL)
        return false;
    return deputy_is_here(&self->deputy) ||
           (self->desk != NULL && self->desk->pool == coil__desk_pool_here);
}

static int may_wait(const struct coil_cfuture *future)
{
    if (!waits_for_itself(of_future(future)))
        return 0;
    coil_raise_at(future->place, EDEADLK,
                  "a loop's thread would block for a job of its own: await coil_wrap_future(job)");
    return -EDEADLK;
}

static void free_job(struct coil_cfuture *future)
{
    struct job *self = of_future(future);

    if (self->desk != NULL)
        coil__desk_unref(self->desk);
    else if (self->deputy.port != NULL)
        coil__port_unref(self->deputy.port);
    mem_free(self->name);
    coil__job_memory_put(self);
}

static const struct cfuture_kind kind = {
    .cancel = cancel_job, .may_wait = may_wait, .free = free_job};

uint64_t coil_cfuture_task_id(const struct coil_cfuture *future)
{
    return future->kind == &kind ? COUNTER_READ(of_future(future)->task_id) : 0;
}

static const struct job *job_of_task(const struct coil_future *task)
{
    const struct coil_link *at;

    list_each (at, &task->callbacks) {
        const struct coil_handle *handle = container_of(at, const struct coil_handle, link);

        if (handle->run == task_done)
            return container_of(handle, const struct job, start);
    }
    return NULL;
}

bool coil__job_asked_to_end(const struct coil_future *task)
{
    const struct job *job = job_of_task(task);

    if (job == NULL)
        return false;
    return (word_load(&job->deputy.future.state) & CF_CANCEL) != 0 ||
           (job->desk != NULL && word_load(&job->desk->ending) != 0);
}

/* ---- a loop that is given up ---- */

static struct job *job_of_link(struct coil_link *link)
{
    return container_of(link, struct job, link);
}

static void hold(struct coil_link *link)
{
    coil_cfuture_ref(&job_of_link(link)->deputy.future);
}

static void settle_begun(struct job *self, void (*tell)(const char *job, void *arg), void *arg)
{
    /* The function may ask whether it should give up. */
    word_or(&self->deputy.future.state, CF_CANCEL);
    tell(self->name != NULL ? self->name : self->deputy.future.place, arg);
    coil__cfuture_complete(&self->deputy.future, coil_error(-COIL_ESTOPPED), NULL, NULL);
    coil_cfuture_unref(&self->deputy.future);
}

size_t coil__desk_give_up(struct desk *desk, void (*tell)(const char *job, void *arg), void *arg)
{
    struct coil_link list, *link;
    size_t n = 0;

    list_init(&list);
    coil__desk_leave(desk, &list);
    while ((link = list_pop(&list)) != NULL)
        coil__job_refuse_laid(container_of(link, struct coil_handle, link), -ECANCELED);
    for (; (link = coil__desk_leave_begun(desk, hold)) != NULL; n++)
        settle_begun(job_of_link(link), tell, arg);
    return n;
}

/* ---- submission ---- */

static struct job *make(coil_coroutine_fn *fn, void *arg, const struct coil_task_options *options,
                        const char *place)
{
    struct job *self = coil__job_memory_get();

    if (self == NULL)
        return NULL;
    memset(self, 0, sizeof(*self));
    if (options != NULL)
        self->options = *options;
    if (options != NULL && options->name != NULL &&
        (self->name = mem_strdup(options->name)) == NULL) {
        coil__job_memory_put(self);
        return NULL;
    }
    coil__deputy_init(&self->deputy, &kind, place);
    context_ref(self->options.context);
    self->start.run = start;
    self->start.context = context_snapshot(*coil__context_slot());
    self->fn = fn;
    self->arg = arg;
    return self;
}

static struct coil_cfuture *no_memory(void *arg, const struct coil_task_options *options)
{
    if (options != NULL && options->drop_arg != NULL)
        options->drop_arg(arg);
    return coil__cfuture_no_memory();
}

/* Nobody else knows it yet. */
static struct coil_cfuture *submitted(struct job *self, int err)
{
    if (err != 0)
        coil__job_refuse_laid(&self->start, err);
    return &self->deputy.future;
}

struct coil_cfuture *coil__cfuture_submit(struct loop_port *port, coil_coroutine_fn *fn, void *arg,
                                          const struct coil_task_options *options, bool plain,
                                          const char *place)
{
    struct job *self = make(fn, arg, options, place);

    if (self == NULL)
        return no_memory(arg, options);
    self->plain = plain;
    if (port == NULL)
        return submitted(self, -COIL_ESTOPPED);
    self->deputy.port = coil__port_ref(port);
    self->deputy.future.spin_ns = port->spin_ns;
    return submitted(self, coil__port_post(port, &self->start));
}

static int lay(struct job *self, struct desk *desk)
{
    if (self->desk != NULL)
        coil__desk_unref(self->desk);
    self->desk = coil__desk_ref(desk);
    self->deputy.port = desk->port;
    self->deputy.future.spin_ns = desk->port->spin_ns;
    return coil__desk_lay(desk, &self->start);
}

struct coil_cfuture *coil__desk_submit(struct desk *desk, coil_coroutine_fn *fn, void *arg,
                                       const struct coil_task_options *options, const char *place)
{
    struct job *self = make(fn, arg, options, place);
    struct desk *at = desk;
    int err;

    if (self == NULL)
        return no_memory(arg, options);
    do
        err = lay(self, at);
    while (err == -COIL_ESTOPPED && (at = at->next) != desk);
    return submitted(self, err);
}

struct coil_cfuture *coil_submit_to_loop_at(struct coil_loop *loop, coil_coroutine_fn *fn,
                                            void *arg, const struct coil_task_options *options,
                                            const char *place)
{
    return coil__cfuture_submit(loop->port, fn, arg, options, false, place);
}
