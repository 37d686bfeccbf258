/* Coroutines without a stack of ours: foreign ones by their contract, and the stackless kind, which
 * is its first user. */
#include <coil/stackless.h>

#include "task/task.h"

/* Cleans a coroutine up that has ended or never will. */
static void close_coroutine(struct task *task)
{
    task->ops->close(task->ops == &coil__stackless_ops ? task : task->coroutine);
}

/* Acts on what the coroutine answered; true: it goes on at once with step->sent. */
static bool answer(struct coil_loop *loop, struct task *task, enum coil_step how,
                   struct coil_resume *step)
{
    int err;

    switch (how) {
    case COIL_STEP_AWAIT:
        REQUIRE(step->future->loop == loop, "a coroutine awaits a future of another loop");
        if (!future_pending(step->future)) {
            step->sent = future_look(step->future);
            return true;
        }
        err = task_check_cycle(task, step->future);
        step->sent = coil_error(err);
        if (err != 0)
            return true;
        task_wait_for(task, step->future);
        return false;
    case COIL_STEP_SLEEP:
        if (step->delay_ns > 0) {
            coil__task_begin_sleep(loop, task, step->delay_ns);
            return false;
        }
        loop_ready(loop, &task->timer.handle);
        return false;
    case COIL_STEP_YIELD: loop_ready(loop, &task->timer.handle); return false;
    case COIL_STEP_RETURN:
    case COIL_STEP_PARKED: break;
    }
    return false;
}

static void finish(struct task *task, struct coil_result result)
{
    close_coroutine(task);
    coil__task_finish(task, result);
    future_unref(&task->future);
}

void coil__task_step_foreign(struct coil_handle *handle)
{
    struct task *task = task_of_handle(handle);
    struct coil_loop *loop = task->future.loop;
    void *self = task->ops == &coil__stackless_ops ? task : task->coroutine;
    struct coil_resume step = {.sent = coil_value(NULL)};
    bool unstarted = !(task->flags & TASK_STARTED);
    enum coil_step how;

    task_enter(loop, task);
    if (unstarted && task->flags & TASK_MUST_CANCEL) {
        finish(task, coil_error(-ECANCELED));
        loop->current = NULL;
        return;
    }
    task->flags |= TASK_STARTED;
    step.sent = task_woken(task);
    do
        how = task->ops->resume(self, &step);
    while (how != COIL_STEP_RETURN && answer(loop, task, how, &step));
    if (how == COIL_STEP_RETURN)
        finish(task, step.result);
    else
        task->timer.handle.context = loop->context;
    loop->current = NULL;
    COUNTER_SET(loop->running_id, 0);
}

struct coil_future *coil_create_foreign_task_at(const struct coil_coroutine_ops *ops,
                                                void *coroutine,
                                                const struct coil_task_options *options,
                                                const char *place)
{
    struct coil_loop *loop = coil__task_loop(options, "coil_create_foreign_task");
    struct task *task = loop->closing ? NULL : slab_get(&loop->slab, sizeof(*task));

    if (task == NULL) {
        ops->close(coroutine);
        return future_ref(loop->closing ? &loop->refused : &loop->no_memory);
    }
    coil__task_init(task, loop, options, place);
    task->ops = ops;
    task->coroutine = coroutine;
    task->class = (sizeof(*task) + SLAB_STEP - 1) / SLAB_STEP;
    return coil__task_begin(task, options);
}

/*
 * A stackless task: the state stands behind the task, aligned for anything, and before it, if there
 * is one, the function that drops it.
 */
#define STATE_ALIGNMENT 16
#define ALIGNED(size) (((size) + STATE_ALIGNMENT - 1) & ~(size_t)(STATE_ALIGNMENT - 1))

static char *state_of(struct task *task)
{
    size_t drop = task->flags & TASK_DROPS_STATE ? ALIGNED(sizeof(coil_drop_fn *)) : 0;

    return (char *)task + ALIGNED(sizeof(*task)) + drop;
}

static enum coil_step resume_stackless(void *self, struct coil_resume *step)
{
    struct task *task = self;
    struct coil_stackless co = {.line = task->line, .sent = step->sent, .resume = step};
    enum coil_step how = ((coil_stackless_fn *)(uintptr_t)task->coroutine)(&co, state_of(task));

    task->line = co.line;
    return how;
}

static void close_stackless(void *self)
{
    struct task *task = self;
    coil_drop_fn *drop;

    if (!(task->flags & TASK_DROPS_STATE))
        return;
    memcpy(&drop, (char *)task + ALIGNED(sizeof(*task)), sizeof(drop));
    drop(state_of(task));
}

const struct coil_coroutine_ops coil__stackless_ops = {
    .resume = resume_stackless,
    .close = close_stackless,
};

struct coil_future *coil_create_stackless_task_at(coil_stackless_fn *fn, const void *state,
                                                  size_t size,
                                                  const struct coil_task_options *options,
                                                  const char *place)
{
    struct coil_loop *loop = coil__task_loop(options, "coil_create_stackless_task");
    coil_drop_fn *drop = options != NULL ? options->drop_arg : NULL;
    size_t bytes =
        ALIGNED(sizeof(struct task)) + (drop != NULL ? ALIGNED(sizeof(drop)) : 0) + size;
    size_t class = (bytes + SLAB_STEP - 1) / SLAB_STEP;
    struct task *task = loop->closing ? NULL : slab_get(&loop->slab, bytes);

    if (task == NULL) {
        if (drop != NULL)
            drop((void *)(uintptr_t)state);
        return future_ref(loop->closing ? &loop->refused : &loop->no_memory);
    }
    coil__task_init(task, loop, options, place);
    task->ops = &coil__stackless_ops;
    task->coroutine = (void *)(uintptr_t)fn;
    task->class = (uint8_t)(class < UINT8_MAX ? class : UINT8_MAX);
    if (drop != NULL) {
        task->flags |= TASK_DROPS_STATE;
        memcpy((char *)task + ALIGNED(sizeof(*task)), &drop, sizeof(drop));
    }
    memcpy(state_of(task), state, size);
    return coil__task_begin(task, options);
}

void coil__foreign_close(struct task *task)
{
    close_coroutine(task);
}
