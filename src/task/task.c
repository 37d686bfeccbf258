/* A task's life: made, cancelled, finished, freed; and what can be asked of it. */
#include "task/task.h"

#include <stdio.h>

#include "base/time.h"
#include "mach/clock.h"

struct coil_loop *coil__task_loop(const struct coil_task_options *options, const char *caller)
{
    struct coil_loop *loop = options != NULL ? options->loop : NULL;

    if (loop == NULL)
        loop = loop_here(caller);
    loop_owned(loop, caller);
    return loop;
}

void coil__task_init(struct task *task, struct coil_loop *loop,
                     const struct coil_task_options *options, const char *place)
{
    struct coil_context **slot =
        likely(coil__loop_running == loop) ? &loop->context : coil__context_slot();

    future_init(&task->future, loop, FUTURE_TASK, place);
    task->timer.handle.link.next = NULL;
    task->ops = NULL;
    task->waits_for = NULL;
    task->name = NULL;
    task->id = ++loop->last_task_id;
    task->parent_id = (uint32_t)loop->running_id;
    task->switches = 0;
    task->made_ms = (uint32_t)((uint64_t)loop->now / 1000000);
    task->line = 0;
    task->cancelling = 0;
    task->flags = 0;
    task->scope = NULL;
    if (options == NULL) {
        task->timer.handle.context = context_snapshot(*slot);
        return;
    }
    task->future.drop = options->drop_result;
    task->timer.handle.context =
        options->context != NULL ? context_ref(options->context) : context_snapshot(*slot);
    if (options->name != NULL)
        task->name =
            slab_strdup(&loop->slab, options->name); /* out of memory: it keeps its default name */
}

/* asyncio's eager start: the first step inside create, as its own task, on its own stack. */
static void step_eagerly(struct coil_loop *loop, struct task *task)
{
    struct coil_future *current = loop->current;
    struct coil_context *context = loop->context;
    struct mach_context *home = loop->home;
    struct mach_context here;
    bool direct = loop->direct;

    if (coil__task_can_await(loop))
        here = task_of(current)->context; /* the same stack's bounds */
    else
        coil__mach_context_adopt(&here);
    loop->home = &here;
    loop->direct = false;
    loop->context = task->timer.handle.context;
    task->timer.handle.run(&task->timer.handle);
    loop->direct = direct;
    loop->home = home;
    loop->context = context;
    loop->current = current;
    COUNTER_SET(loop->running_id, current != NULL ? task_of(current)->id : 0);
}

struct coil_future *coil__task_begin(struct task *task, const struct coil_task_options *options)
{
    struct coil_loop *loop = task->future.loop;

    loop->objects++;
    COUNTER_ADD(loop->tasks_live, 1);
    list_append(&loop->tasks, &task->link);
    task->future.refs = 2; /* the loop's, until it is done, and the caller's */
    task_set_step(task);
    if (options != NULL && options->eager && coil__loop_running == loop)
        step_eagerly(loop, task);
    else
        loop_ready(loop, &task->timer.handle);
    return &task->future;
}

/* The slot keeps what was raised last; it is this failure's only if the codes agree. */
static struct coil_exception *take_raised(struct task *task, int64_t status)
{
    struct coil_exception *raised = task->future.exception;

    if (likely(raised == NULL))
        return NULL;
    task->future.exception = NULL;
    if (status < 0 && raised->code == status)
        return raised;
    exception_unref(raised);
    return NULL;
}

/* It was cancelled after its last await: its value goes to nobody. */
static COLD struct coil_result refuse_value(struct task *task, struct coil_result result)
{
    if (result.status >= 0 && task->future.drop != NULL)
        task->future.drop(result.value);
    return result.status >= 0 ? coil_error(-ECANCELED) : result;
}

void coil__task_finish(struct task *task, struct coil_result result)
{
    struct coil_loop *loop = task->future.loop;

    REQUIRE(task->scope == NULL,
            "a task ended inside a scope that it entered: coil_timeout_exit comes first");
    if (unlikely(task->flags & TASK_MUST_CANCEL))
        result = refuse_value(task, result);
    list_remove(&task->link);
    COUNTER_ADD(loop->tasks_live, (uint64_t)-1);
    task->timer.handle.context = loop->context; /* may still be asked for */
    loop->context = NULL;
    coil__future_settle_status(&task->future, result, take_raised(task, result.status));
}

/* Wakes a sleeper early, for the next turn. */
static void cancel_sleep(struct task *task)
{
    list_remove(&task->timer.handle.link);
    task->flags &= (uint8_t)~TASK_SLEEPING;
    task->flags |= TASK_WOKEN_CANCELLED;
    task_set_step(task);
    loop_ready(task->future.loop, &task->timer.handle);
}

/* The reason of a cancellation that is on its way stands; else the newest request's does. */
static void set_reason(struct task *task, struct coil_exception *reason)
{
    if (task->flags & TASK_WOKEN_CANCELLED ||
        (task->waits_for != NULL && task->waits_for->state == FUTURE_CANCELLED))
        return;
    coil__exception_ref(reason);
    exception_unref(task->future.exception);
    task->future.exception = reason;
}

/*
 * asyncio's Task.cancel: what the task waits for is cancelled first; if there is nothing, or it
 * cannot be, the next step begins with the cancellation. Along a chain of tasks it walks instead of
 * recursing.
 */
static bool cancel_task(struct coil_future *future, struct coil_exception *reason)
{
    for (;;) {
        struct task *task = task_of(future);
        struct coil_future *waits_for = task->waits_for;

        if (task->cancelling < UINT16_MAX)
            task->cancelling++;
        set_reason(task, reason);
        if (task->flags & TASK_SLEEPING) {
            cancel_sleep(task);
            return true;
        }
        if (waits_for != NULL && future_pending(waits_for) && waits_for->kind == FUTURE_TASK) {
            future = waits_for;
            continue;
        }
        if (waits_for == NULL || !coil__future_cancel(waits_for, reason))
            task->flags |= TASK_MUST_CANCEL;
        return true;
    }
}

void coil__task_begin_sleep(struct coil_loop *loop, struct task *task, int64_t delay_ns)
{
    task->timer.when_ns = time_after(loop_now(loop), delay_ns);
    task->timer.handle.run = coil__task_sleep_over;
    task->flags |= TASK_SLEEPING;
    coil__timers_add(&loop->timers, &task->timer);
    if (unlikely(task->flags & TASK_MUST_CANCEL)) {
        task->flags &= (uint8_t)~TASK_MUST_CANCEL;
        cancel_sleep(task);
    }
}

/* As in asyncio, the time's coming settles the sleep in one turn and the task goes on in the
 * next. */
void coil__task_sleep_over(struct coil_handle *handle)
{
    struct task *task = task_of_handle(handle);

    task->flags &= (uint8_t)~TASK_SLEEPING;
    task_set_step(task);
    loop_ready(task->future.loop, handle);
}

static void note_raised(struct task *task, struct coil_future *source)
{
    coil__exception_ref(source->exception);
    exception_unref(task->future.exception);
    task->future.exception = source->exception;
}

struct coil_result coil__task_woken_badly(struct task *task, struct coil_future *future)
{
    struct coil_result result = coil_value(NULL);
    bool cancelled = task->flags & (TASK_MUST_CANCEL | TASK_WOKEN_CANCELLED);

    if (future != NULL) {
        result = future_look(future);
        if (!(task->flags & TASK_MUST_CANCEL))
            note_raised(task, future);
        future_unref(future);
    }
    task->flags &= (uint8_t) ~(TASK_MUST_CANCEL | TASK_WOKEN_CANCELLED);
    return cancelled ? coil_error(-ECANCELED) : result;
}

int coil__task_search_cycle(struct task *task, struct coil_future *future)
{
    char chain[1024];
    int err = coil__future_may_wait(&task->future, future, chain, sizeof(chain));

    if (err == -EDEADLK)
        coil_raise_at(task->future.place, EDEADLK, "would wait for itself for ever: %s", chain);
    return err;
}

static void free_task(struct coil_future *future)
{
    struct task *task = task_of(future);
    struct coil_loop *loop = future->loop;
    unsigned class = task->class;

    if (unlikely(task->name != NULL))
        slab_put_string(&loop->slab, task->name);
    context_unref(task->timer.handle.context);
    if (task->flags & TASK_STACKFUL)
        coil__stackful_free(loop, task);
    else
        slab_put(&loop->slab, task, (size_t) class * SLAB_STEP);
    loop_object_gone(loop);
}

/* It will never park: what it would have taken along is put where it would be. */
static void cut_off(struct coil_future *future)
{
    task_of(future)->timer.handle.context = future->loop->context;
}

static struct coil_context **context_slot(struct coil_future *future)
{
    return &task_of(future)->timer.handle.context;
}

static int label_task(const struct coil_future *future, char *buffer, size_t size)
{
    const struct task *task = container_of(future, struct task, future);

    if (task->name != NULL)
        return snprintf(buffer, size, "%s", task->name);
    return snprintf(buffer, size, "Task-%u", task->id);
}

static const struct future_kind kind = {.name = "Task",
                                        .cancel = cancel_task,
                                        .free = free_task,
                                        .label = label_task,
                                        .context = context_slot};

/* Who waits behind a task's handle: the task. */
static struct coil_future *waiting_task(struct coil_handle *handle)
{
    return &task_of_handle(handle)->future;
}

__attribute__((constructor)) static void register_kind(void)
{
    static const struct future_waiter stackful = {.run = coil__task_step_stackful,
                                                  .owner = waiting_task};
    static const struct future_waiter foreign = {.run = coil__task_step_foreign,
                                                 .owner = waiting_task};

    coil__task_watch_overflow();
    coil__future_kinds[FUTURE_TASK] = &kind;
    coil__future_waiter_add(&stackful);
    coil__future_waiter_add(&foreign);
    coil__loop_close_tasks = coil__tasks_close;
    coil__loop_cancel_all = coil__tasks_cancel_all;
    coil__loop_oldest_task = coil__tasks_oldest;
    coil__loop_task_cut = cut_off;
    coil__loop_await = coil_await;
    coil__loop_can_await = coil__task_can_await;
}
