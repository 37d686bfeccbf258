/* What can be asked of tasks, and told them. */
#include <stdio.h>

#include "task/task.h"

struct coil_future *coil_current_task(void)
{
    return coil__loop_running == NULL ? NULL : coil__loop_running->current;
}

size_t coil_all_tasks(struct coil_loop *loop, struct coil_future **tasks, size_t capacity)
{
    struct coil_link *at;
    size_t n = 0;

    loop_owned(loop, "coil_all_tasks");
    list_each (at, &loop->tasks) {
        if (n < capacity)
            tasks[n] = &container_of(at, struct task, link)->future;
        n++;
    }
    return n;
}

bool coil_future_is_task(const struct coil_future *future)
{
    return future->kind == FUTURE_TASK;
}

static const struct task *as_task(const struct coil_future *future)
{
    return future->kind == FUTURE_TASK ? container_of(future, struct task, future) : NULL;
}

uint64_t coil_task_id(const struct coil_future *future)
{
    const struct task *task = as_task(future);

    return task == NULL ? 0 : task->id;
}

int coil_task_name(const struct coil_future *future, char *buffer, size_t size)
{
    if (as_task(future) != NULL)
        return coil__future_label(future, buffer, size);
    if (size > 0)
        buffer[0] = '\0';
    return 0;
}

int coil_task_set_name(struct coil_future *future, const char *name)
{
    struct coil_loop *loop = future->loop;
    char *copy;

    loop_owned(loop, "coil_task_set_name");
    if (future->kind != FUTURE_TASK)
        return 0;
    copy = slab_strdup(&loop->slab, name);
    if (copy == NULL)
        return -ENOMEM;
    if (task_of(future)->name != NULL)
        slab_put_string(&loop->slab, task_of(future)->name);
    task_of(future)->name = copy;
    return 0;
}

int coil_task_cancelling(const struct coil_future *future)
{
    const struct task *task = as_task(future);

    return task == NULL ? 0 : task->cancelling;
}

int coil_task_uncancel(struct coil_future *future)
{
    struct task *task;

    if (future->kind != FUTURE_TASK)
        return 0;
    loop_owned(future->loop, "coil_task_uncancel");
    task = task_of(future);
    if (task->cancelling > 0)
        task->cancelling--;
    if (task->cancelling == 0)
        task->flags &= (uint8_t)~TASK_MUST_CANCEL;
    return task->cancelling;
}

struct coil_context *coil_task_context(struct coil_future *future)
{
    if (future->kind != FUTURE_TASK)
        return NULL;
    loop_owned(future->loop, "coil_task_context");
    if (future->loop->current == future)
        return coil__context_identity(&future->loop->context);
    return coil__context_identity(&task_of(future)->timer.handle.context);
}

size_t coil_task_stack_used(const struct coil_future *future)
{
    const struct task *task = as_task(future);

    if (task == NULL || !(task->flags & TASK_STACKFUL))
        return 0;
    return coil__stackful_used(task);
}

static int repr_head(const struct coil_future *future, char *buffer, size_t size)
{
    const struct task *task = as_task(future);
    char label[96];

    coil__future_label(future, label, sizeof(label));
    if (task == NULL)
        return snprintf(buffer, size, "<%s %s", label, coil__future_state_name(future));
    return snprintf(buffer, size, "<Task %u '%s' %s%s, made by %s", task->id, label,
                    coil__future_state_name(future), task->cancelling != 0 ? " cancelling" : "",
                    future->place);
}

static int repr_tail(const struct coil_future *future, char *buffer, size_t size)
{
    const struct task *task = as_task(future);
    char label[96];

    switch ((enum future_state)future->state) {
    case FUTURE_PENDING:
        if (task == NULL || task->waits_for == NULL)
            return snprintf(buffer, size,
                            task != NULL && task->flags & TASK_SLEEPING ? ", sleeps>" : ">");
        coil__future_label(task->waits_for, label, sizeof(label));
        return snprintf(buffer, size, ", waits for %s>", label);
    case FUTURE_DONE:
        if (future->result.value == NULL)
            return snprintf(buffer, size, ", result %lld>", (long long)future->result.status);
        return snprintf(buffer, size, ", result %p>", future->result.value);
    case FUTURE_FAILED:
        return snprintf(buffer, size, ", %s%s%s>", coil_strerror(future->result.status),
                        future->exception != NULL ? ": " : "",
                        future->exception != NULL ? future->exception->text : "");
    case FUTURE_CANCELLED: break;
    }
    return snprintf(buffer, size, ">");
}

int coil_future_repr(const struct coil_future *future, char *buffer, size_t size)
{
    int n = repr_head(future, buffer, size);
    size_t at = (size_t)(n > 0 ? n : 0);

    return n + (at < size ? repr_tail(future, buffer + at, size - at) : repr_tail(future, NULL, 0));
}
