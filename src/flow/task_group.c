/* Task groups (asyncio.TaskGroup, step by step). */
#include <coil/task_group.h>

#include <stdio.h>

#include "loop/exception.h"
#include "loop/loop.h"

enum group_flags {
    GROUP_EXITING = 1,
    GROUP_ABORTING = 2,
    GROUP_PARENT_CANCELLED = 4, /* by us, to get the body out of its await */
    GROUP_LEFT = 8,
    GROUP_TOLD = 16,         /* the parent was told of a cancel while it unwound */
    GROUP_ENTERED_SHIFT = 16 /* behind them: how many cancels the parent had at enter */
};

#define MOST_CANCELS 0xffffu /* that are counted */

struct child {
    struct coil_link link; /* in the group's list */
    struct coil_handle handle;
    struct coil_task_group *group;
    struct coil_future *task;   /* counted */
    struct coil_future *parent; /* counted; once it is done the group may be gone */
};

/* What the children failed with; grows. */
struct errors {
    size_t count, capacity;
    struct coil_exception *list[];
};

static struct coil_link *children(struct coil_task_group *group)
{
    return group->children;
}

static unsigned cancels(const struct coil_future *task)
{
    unsigned count = (unsigned)coil_task_cancelling(task);

    return count < MOST_CANCELS ? count : MOST_CANCELS;
}

void coil_task_group_enter(struct coil_task_group *group)
{
    struct coil_loop *loop = loop_here("coil_task_group_enter");

    REQUIRE(loop->current != NULL,
            "coil_task_group_enter outside a task: a group belongs to a coroutine");
    *group = (struct coil_task_group){.parent = loop->current,
                                      .flags = cancels(loop->current) << GROUP_ENTERED_SHIFT};
}

static void abort_children(struct coil_task_group *group)
{
    struct coil_link *first = children(group), *at = first;

    group->flags |= GROUP_ABORTING;
    if (first == NULL)
        return;
    do {
        coil_future_cancel(container_of(at, struct child, link)->task, "the task group is ending");
        at = at->next;
    } while (at != first);
}

static void remember(struct coil_task_group *group, int64_t status,
                     struct coil_exception *exception)
{
    struct errors *errors = group->errors;
    size_t capacity = errors == NULL ? 4 : errors->capacity * 2;

    if (group->first_error == 0)
        group->first_error = status;
    if (exception == NULL)
        exception = coil__exception_text(status, NULL, coil_strerror(status));
    else
        coil__exception_ref(exception);
    if (errors == NULL || errors->count == errors->capacity) {
        struct errors *more =
            mem_realloc(errors, sizeof(*errors) + capacity * sizeof(errors->list[0]));

        if (more == NULL) {
            exception_unref(exception);
            return;
        }
        more->count = errors == NULL ? 0 : more->count;
        more->capacity = capacity;
        group->errors = errors = more;
    }
    if (exception != NULL)
        errors->list[errors->count++] = exception;
}

/* The first failure cancels the siblings, and the body if it still runs. */
static void child_failed(struct coil_task_group *group, struct coil_future *task)
{
    remember(group, future_look(task).status, task->exception);
    if ((group->flags & (GROUP_ABORTING | GROUP_PARENT_CANCELLED)) != 0)
        return;
    abort_children(group);
    group->flags |= GROUP_PARENT_CANCELLED;
    coil_future_cancel(group->parent, "a task of its group failed");
}

static void unlink_child(struct child *child)
{
    struct coil_task_group *group = child->group;

    if (child->link.next == &child->link)
        group->children = NULL;
    else if (group->children == &child->link)
        group->children = child->link.next;
    list_remove(&child->link);
    group->alive--;
}

static void tell_group(struct child *child)
{
    struct coil_task_group *group = child->group;

    unlink_child(child);
    if (group->alive == 0 && group->all_done != NULL)
        future_wake(group->all_done);
    if (child->task->state == FUTURE_FAILED)
        child_failed(group, child->task);
}

static void child_done(struct coil_handle *handle)
{
    struct child *child = container_of(handle, struct child, handle);
    struct coil_future *task = child->task, *parent = child->parent;

    if (future_pending(parent))
        tell_group(child);
    else
        list_remove(&child->link); /* the parent was destroyed inside the group */
    slab_put(&task->loop->slab, child, sizeof(*child));
    future_unref(task);
    future_unref(parent);
}

static struct coil_future *owner(struct coil_handle *handle)
{
    struct child *child = container_of(handle, struct child, handle);

    if (!future_pending(child->parent))
        return NULL;
    return child->group->all_done != NULL ? child->parent : NULL;
}

__attribute__((constructor)) static void register_waiter(void)
{
    static const struct future_waiter waiter = {.run = child_done, .owner = owner};

    coil__future_waiter_add(&waiter);
}

static void adopt(struct coil_task_group *group, struct child *child, struct coil_future *task)
{
    *child = (struct child){.handle = {.run = child_done},
                            .group = group,
                            .task = task,
                            .parent = future_ref(group->parent)};
    if (group->children == NULL) {
        list_init(&child->link);
        group->children = &child->link;
    } else {
        list_append(group->children, &child->link);
    }
    group->alive++;
    if (future_pending(task))
        list_append(&task->callbacks, &child->handle.link);
    else
        loop_ready(task->loop, &child->handle);
}

struct coil_future *coil_task_group_create_task_at(struct coil_task_group *group,
                                                   coil_coroutine_fn *fn, void *arg,
                                                   const struct coil_task_options *options,
                                                   const char *place)
{
    struct coil_loop *loop = group->parent->loop;
    struct child *child;

    loop_owned(loop, "coil_task_group_create_task");
    if ((group->flags & (GROUP_ABORTING | GROUP_LEFT)) != 0 ||
        ((group->flags & GROUP_EXITING) != 0 && group->alive == 0)) {
        if (options != NULL && options->drop_arg != NULL)
            options->drop_arg(arg);
        return &loop->refused;
    }
    child = slab_get(&loop->slab, sizeof(*child));
    if (child == NULL) {
        if (options != NULL && options->drop_arg != NULL)
            options->drop_arg(arg);
        child_failed(group, &loop->no_memory); /* nobody may be looking at what we return */
        return &loop->no_memory;
    }
    adopt(group, child, coil_create_task_at(fn, arg, options, place));
    if (unlikely(group->flags & GROUP_ABORTING)) /* by the child itself, if it began at once */
        coil_future_cancel(child->task, "the task group is ending");
    return child->task;
}

void coil_task_group_cancel(struct coil_task_group *group)
{
    loop_owned(group->parent->loop, "coil_task_group_cancel");
    if ((group->flags & (GROUP_ABORTING | GROUP_LEFT)) != 0)
        return;
    abort_children(group);
    if ((group->flags & GROUP_EXITING) == 0) {
        group->flags |= GROUP_PARENT_CANCELLED;
        coil_future_cancel(group->parent, "its task group was cancelled");
    }
}

/* Waits for every child; a cancellation that comes meanwhile is kept, and passed to the
 * children. */
static coil_async int64_t wait_for_children(struct coil_task_group *group, int64_t cancelled)
{
    struct coil_future waiter;
    struct coil_result woken;

    while (group->alive > 0) {
        future_init_waiter(&waiter, group->parent->loop, "task group");
        group->all_done = &waiter;
        woken = coil_await(&waiter);
        group->all_done = NULL;
        future_fini_waiter(&waiter);
        if (woken.status != -ECANCELED)
            continue;
        group->flags |= GROUP_TOLD;
        if ((group->flags & GROUP_ABORTING) == 0) {
            cancelled = -ECANCELED;
            abort_children(group);
        }
    }
    return cancelled;
}

/* All failures as one exception, noted with the task. */
static int64_t raise_group(struct coil_task_group *group)
{
    struct errors *errors = group->errors;
    struct coil_exception **slot = coil__raised_slot(), *all = NULL;
    char text[80];

    if (errors != NULL) {
        snprintf(text, sizeof(text), "%zu of the group's tasks failed", errors->count);
        all = coil__exception_group(COIL_EGROUP, group->parent->place, text, errors->list,
                                    errors->count);
    }
    if (coil_task_cancelling(group->parent) >
        0) { /* from outside: it stands, and the next await says so */
        coil_task_uncancel(group->parent);
        coil_future_cancel(group->parent, NULL);
    }
    exception_unref(*slot);
    *slot = all;
    return -COIL_EGROUP;
}

/* Of a cancel from outside, while a group that was cancelled itself unwound. */
static bool told_by_others(const struct coil_task_group *group)
{
    return (group->flags & GROUP_TOLD) != 0 &&
           cancels(group->parent) > group->flags >> GROUP_ENTERED_SHIFT;
}

static void forget_errors(struct coil_task_group *group)
{
    mem_free(group->errors);
    group->errors = NULL;
}

coil_async int64_t coil_task_group_exit(struct coil_task_group *group, int64_t status)
{
    int64_t cancelled = status == -ECANCELED ? status : 0;
    struct coil_exception **slot = coil__raised_slot(), *own = NULL;

    REQUIRE(group->parent->loop->current == group->parent,
            "coil_task_group_exit: a group is left by the task that entered it");
    group->flags |= GROUP_EXITING;
    if (status < 0 && status != -ECANCELED && *slot != NULL && (*slot)->code == status)
        own = coil__exception_ref(*slot);
    if (status < 0 && (group->flags & GROUP_ABORTING) == 0)
        abort_children(group);
    cancelled = wait_for_children(group, cancelled);
    group->flags |= GROUP_LEFT;
    if ((group->flags & GROUP_PARENT_CANCELLED) != 0 && coil_task_uncancel(group->parent) == 0)
        cancelled = 0; /* it was only our own request */
    else if (told_by_others(group))
        cancelled = -ECANCELED;
    if (status < 0 && status != -ECANCELED)
        remember(group, status, own); /* the body's comes last, as in asyncio */
    exception_unref(own);
    if (group->first_error != 0) {
        status = raise_group(group); /* failures outrank the cancellation, as in asyncio */
        forget_errors(group);
        return status;
    }
    return cancelled;
}
