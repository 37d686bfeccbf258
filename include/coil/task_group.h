/*
 * Task groups (asyncio.TaskGroup): children that end before their scope does. The first child that
 * fails cancels its siblings and the body; leaving waits for all of them and tells their errors as
 * one.
 *
 *     struct coil_task_group group;
 *
 *     coil_task_group_enter(&group);
 *     coil_task_group_create_task(&group, fetch, "a");
 *     coil_task_group_create_task(&group, fetch, "b");
 *     err = coil_task_group_exit(&group, 0);
 */
#ifndef COIL_TASK_GROUP_H
#define COIL_TASK_GROUP_H

#include <coil/task.h>

COIL_BEGIN_DECLS

/* On the stack of the task between enter and exit. Fields are coil's. */
struct coil_task_group {
    struct coil_future *parent;
    void *children; /* one record per child that is not done */
    void *errors;
    struct coil_future *all_done;
    int64_t first_error;
    unsigned alive;
    unsigned flags;
};

/**
 * Enters the scope (asyncio: async with TaskGroup()). Outside a task it aborts.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_task_group_enter(struct coil_task_group *group);

/**
 * A child of the group. Also from a child of it, while the scope waits for the last one.
 * Call it as coil_task_group_create_task(group, fn, arg), or
 * coil_task_group_create_task_with(group, fn, arg, &options).
 *
 * Suspends: no. Owns: the pointer is borrowed, valid until the child is done; ref it to keep it.
 * Returns: the task; a failed future: -COIL_ESTOPPED if the group is shutting down or was left,
 * -ENOMEM, which also counts as a child that failed.
 */
COIL_EXPORT struct coil_future *
coil_task_group_create_task_at(struct coil_task_group *group, coil_coroutine_fn *fn, void *arg,
                               const struct coil_task_options *options, const char *place);
#define coil_task_group_create_task(group, fn, ...) \
    coil_task_group_create_task_at(group, fn, __VA_ARGS__, NULL, COIL_PLACE(#fn))
#define coil_task_group_create_task_with(group, fn, ...) \
    coil_task_group_create_task_at(group, fn, __VA_ARGS__, COIL_PLACE(#fn))

/**
 * Cancels what is left of the group and lets exit return without an error (asyncio 3.15:
 * TaskGroup.cancel).
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_task_group_cancel(struct coil_task_group *group);

/**
 * Leaves the scope with the status of the body; a negative one cancels the children. Waits for all
 * of them.
 *
 * Suspends: until the children have ended.
 * Cancel-safe: yes; cancels the children and goes on waiting for them.
 * Returns: 0; -ECANCELED if cancelled from outside; -COIL_EGROUP with an exception that lists every
 * failure (the
 * body's among them).
 */
COIL_EXPORT coil_async int64_t coil_task_group_exit(struct coil_task_group *group, int64_t status);

COIL_END_DECLS

#endif
