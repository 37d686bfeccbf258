/* The stackful kind: a coroutine that is an ordinary function on a stack of its own. */
#include "task/task.h"

/* At the top of the stack. */
struct stackful {
    coil_coroutine_fn *fn;
    void *arg;
    coil_drop_fn *drop_arg;
    void *high; /* as mach_stack_get gave it */
    struct task task;
};

static struct stackful *stackful_of(struct task *task)
{
    return container_of(task, struct stackful, task);
}

static void drop_arg(struct stackful *self)
{
    if (self->drop_arg != NULL)
        self->drop_arg(self->arg);
    self->drop_arg = NULL;
}

/* The bottom of every stackful task. */
static void run_to_end(void *arg)
{
    struct stackful *self = arg;
    struct task *task = &self->task;
    struct coil_loop *loop = task->future.loop;
    struct coil_result result = coil_error(-ECANCELED);

    task_arrived(loop);
    task->flags |= TASK_STARTED;
    if (likely(!(task->flags & TASK_MUST_CANCEL)))
        result = self->fn(self->arg);
    drop_arg(self);
    coil__task_finish(task, result);
    if (--task->future.refs == 0)
        loop->reap = &task->future; /* not while we stand on it */
    mach_switch_last(&task->context, task_next(loop));
}

void coil__task_reap(struct coil_loop *loop)
{
    struct coil_future *future = loop->reap;

    loop->reap = NULL;
    coil__future_free(future);
}

void coil__task_step_stackful(struct coil_handle *handle)
{
    struct task *task = task_of_handle(handle);
    struct coil_loop *loop = task->future.loop;

    task_enter(loop, task);
    task_prefetch_next(loop);
    mach_switch(loop->home, &task->context);
    task_arrived(loop);
}

/* Out of stacks: the caller gets the future that failed already, and the argument does not leak. */
static struct coil_future *refuse(struct coil_loop *loop, const struct coil_task_options *options,
                                  void *arg, struct coil_future *failed)
{
    if (options != NULL && options->drop_arg != NULL)
        options->drop_arg(arg);
    if (failed == &loop->no_memory)
        coil_raise_at(" ", ENOMEM, "no stack for a new task: %s",
                      coil__mach_stacks_why(&loop->stacks));
    return future_ref(failed);
}

struct coil_future *coil_create_task_at(coil_coroutine_fn *fn, void *arg,
                                        const struct coil_task_options *options, const char *place)
{
    struct coil_loop *loop = coil__task_loop(options, "coil_create_task");
    unsigned class = coil__mach_stack_class(options != NULL ? options->stack_bytes : 0);
    struct stackful *self;
    void *high;

    if (unlikely(loop->closing))
        return refuse(loop, options, arg, &loop->refused);
    high = unlikely(fault(FAULT_ALLOC)) ? NULL : mach_stack_get(&loop->stacks, class);
    if (unlikely(high == NULL))
        return refuse(loop, options, arg, &loop->no_memory);
    mach_stack_prefetch(&loop->stacks, class);
    self = (struct stackful *)(((uintptr_t)high - sizeof(*self)) & ~(uintptr_t)15);
    self->fn = fn;
    self->arg = arg;
    self->drop_arg = options != NULL ? options->drop_arg : NULL;
    self->high = high;
    coil__task_init(&self->task, loop, options, place);
    self->task.flags = TASK_STACKFUL;
    self->task.class = (uint8_t) class;
    coil__mach_context_init(&self->task.context, mach_stack_low(high, class), self, run_to_end,
                            self);
    return coil__task_begin(&self->task, options);
}

struct coil_future *coil_loop_create_task_at(struct coil_loop *loop, coil_coroutine_fn *fn,
                                             void *arg, const char *place)
{
    struct coil_task_options options = {.loop = loop};

    return coil_create_task_at(fn, arg, &options, place);
}

void coil__stackful_free(struct coil_loop *loop, struct task *task)
{
    struct stackful *self = stackful_of(task);
    unsigned class = task->class;
    void *high = self->high;

    coil__mach_context_fini(&task->context);
    mach_stack_put(&loop->stacks, high, class);
}

size_t coil__stackful_used(const struct task *task)
{
    const struct stackful *self = container_of(task, struct stackful, task);

    return coil__mach_stack_used(self->high, task->class);
}

void coil__stackful_drop_arg(struct task *task)
{
    drop_arg(stackful_of(task));
}

void *coil__stackful_arg(const struct coil_future *future, coil_drop_fn *drop)
{
    const struct task *task = container_of(future, const struct task, future);
    const struct stackful *self = container_of(task, const struct stackful, task);

    if (future->kind != FUTURE_TASK || (task->flags & TASK_STACKFUL) == 0)
        return NULL;
    return self->drop_arg == drop ? self->arg : NULL;
}

bool coil__task_can_await(struct coil_loop *loop)
{
    return loop->current != NULL && loop->current->kind == FUTURE_TASK &&
           (task_of(loop->current)->flags & TASK_STACKFUL) != 0;
}

struct task *coil__task_here(const char *caller)
{
    struct coil_loop *loop = coil__loop_running;

    REQUIRE(
        loop != NULL && loop->current != NULL,
        "%s was called outside a task: only a coroutine can wait; use coil_run, coil_submit, or "
        "coil_loop_run_until_complete",
        caller);
    REQUIRE(coil__task_can_await(loop),
            "%s was called in a stackless coroutine: suspend it by COIL_AWAIT, COIL_SLEEP or "
            "COIL_YIELD",
            caller);
    return task_of(loop->current);
}

/* Of a future that is done: its error is noted as this task's. */
static __attribute__((noinline)) struct coil_result take_up(struct task *task,
                                                            struct coil_future *future)
{
    struct coil_exception *known;

    if (future->result.status < 0) {
        known = coil__exception_ref(future->exception);
        exception_unref(task->future.exception);
        task->future.exception = known;
    }
    return future_look(future);
}

coil_async struct coil_result coil_await(struct coil_future *future)
{
    struct task *task = coil__task_here("coil_await");
    struct coil_loop *loop = task->future.loop;
    int err;

    REQUIRE(future->loop == loop, "coil_await of a future of another loop: await it there, or "
                                  "coil_share_future it there and coil_wrap_future that here");
    if (!future_pending(future))
        return take_up(task, future);
    err = task_check_cycle(task, future);
    if (unlikely(err != 0))
        return coil_error(err);
    task_wait_for(task, future);
    task_park(loop, task);
    return task_woken(task);
}

coil_async struct coil_result coil_join(struct coil_future *future)
{
    struct coil_result result = coil_await(future);

    if (result.status >= 0) /* a caller that was cancelled as the value came does not get it */
        future->flags |= FUTURE_TAKEN;
    future_unref(future);
    return result;
}

coil_async int coil_yield(void)
{
    struct task *task = coil__task_here("coil_yield");
    struct coil_loop *loop = task->future.loop;

    loop_ready(loop, &task->timer.handle);
    task_park(loop, task);
    return (int)task_woken(task).status;
}

coil_async int coil_sleep(int64_t delay_ns)
{
    struct task *task;

    if (delay_ns <= 0)
        return coil_yield();
    task = coil__task_here("coil_sleep");
    coil__task_begin_sleep(task->future.loop, task, delay_ns);
    task_park(task->future.loop, task);
    return (int)task_woken(task).status;
}
