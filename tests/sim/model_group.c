/* The model's task groups: taskgroups.py. Of the errors only their number is kept. */
#include <errno.h>

#include "model.h"

void m_group_enter(struct m_group *self)
{
    *self = (struct m_group){.parent = m_loop.current};
}

bool m_group_refuses(const struct m_group *self)
{
    return (self->exiting && self->n == 0) || self->aborting;
}

static void abort_children(struct m_group *self)
{
    struct m_future *children[TASKS];
    int n = self->n;

    self->aborting = true;
    for (int i = 0; i < n; i++)
        children[i] = self->children[i];
    for (int i = 0; i < n; i++)
        m_cancel(children[i]);
}

static void discard(struct m_group *self, struct m_future *task)
{
    int kept = 0;

    for (int i = 0; i < self->n; i++)
        if (self->children[i] != task)
            self->children[kept++] = self->children[i];
    self->n = kept;
}

static void on_task_done(struct m_future *task, void *arg)
{
    struct m_group *self = arg;

    discard(self, task);
    if (self->on_completed != NULL && self->n == 0)
        m_set_unless_done(self->on_completed);
    if (task->state == M_CANCELLED || m_result(task).status >= 0)
        return;
    self->errors++;
    if (!self->aborting && !self->parent_cancel_requested) {
        abort_children(self);
        self->parent_cancel_requested = true;
        m_cancel(&self->parent->future);
    }
}

void m_group_add(struct m_group *self, struct m_future *task)
{
    self->children[self->n++] = task;
    m_add_done_callback(task, on_task_done, self);
}

int64_t m_group_exit(struct m_group *self, int64_t status)
{
    bool propagate_cancellation = status == -ECANCELED;

    self->exiting = true;
    if (status < 0 && !self->aborting)
        abort_children(self);
    while (self->n > 0) {
        if (self->on_completed == NULL)
            self->on_completed = m_create_future();
        if (m_await(self->on_completed).status < 0 && !self->aborting) {
            propagate_cancellation = true;
            abort_children(self);
        }
        self->on_completed = NULL;
    }
    if (self->parent_cancel_requested && m_uncancel(self->parent) == 0)
        propagate_cancellation = false;
    if (propagate_cancellation && self->errors == 0)
        return -ECANCELED;
    if (status < 0 && status != -ECANCELED)
        self->errors++;
    if (self->errors == 0)
        return 0;
    if (self->parent->cancelling > 0) {
        m_uncancel(self->parent);
        m_cancel(&self->parent->future);
    }
    return -COIL_EGROUP;
}
