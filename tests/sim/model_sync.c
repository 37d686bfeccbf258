/* The model's locks and queues: locks.py and queues.py. */
#include <errno.h>

#include "model.h"

static struct m_future *join(struct m_waiters *waiters)
{
    struct m_waiter *waiter = m_alloc(sizeof(*waiter)), **at = &waiters->first;

    waiter->future = m_create_future();
    while (*at != NULL)
        at = &(*at)->next;
    *at = waiter;
    return waiter->future;
}

static void leave(struct m_waiters *waiters, struct m_future *future)
{
    for (struct m_waiter **at = &waiters->first; *at != NULL; at = &(*at)->next)
        if ((*at)->future == future) {
            *at = (*at)->next;
            return;
        }
}

static int64_t wait_in(struct m_waiters *waiters, struct m_future *future)
{
    int64_t status = m_await(future).status;

    leave(waiters, future);
    return status;
}

static bool any_not_cancelled(const struct m_waiters *waiters)
{
    for (struct m_waiter *at = waiters->first; at != NULL; at = at->next)
        if (at->future->state != M_CANCELLED)
            return true;
    return false;
}

static void lock_wake_up_first(struct m_lock *self)
{
    if (self->waiters.first != NULL)
        m_set_unless_done(self->waiters.first->future);
}

int64_t m_lock_acquire(struct m_lock *self)
{
    int64_t status;

    if (!self->locked && !any_not_cancelled(&self->waiters)) {
        self->locked = true;
        return 0;
    }
    status = wait_in(&self->waiters, join(&self->waiters));
    if (status < 0) {
        if (!self->locked)
            lock_wake_up_first(self);
        return status;
    }
    self->locked = true;
    return 0;
}

void m_lock_release(struct m_lock *self)
{
    self->locked = false;
    lock_wake_up_first(self);
}

int64_t m_event_wait(struct m_event *self)
{
    return self->value ? 0 : wait_in(&self->waiters, join(&self->waiters));
}

void m_event_set(struct m_event *self)
{
    if (self->value)
        return;
    self->value = true;
    for (struct m_waiter *at = self->waiters.first; at != NULL; at = at->next)
        m_set_unless_done(at->future);
}

static bool semaphore_wake_up_next(struct m_semaphore *self)
{
    for (struct m_waiter *at = self->waiters.first; at != NULL; at = at->next)
        if (!m_done(at->future)) {
            self->value--;
            m_set_unless_done(at->future);
            return true;
        }
    return false;
}

int64_t m_semaphore_acquire(struct m_semaphore *self)
{
    struct m_future *future;
    int64_t status;

    if (self->value != 0 && !any_not_cancelled(&self->waiters)) {
        self->value--;
        return 0;
    }
    future = join(&self->waiters);
    status = wait_in(&self->waiters, future);
    if (status < 0 && future->state == M_FINISHED)
        self->value++;
    while (self->value > 0 && semaphore_wake_up_next(self))
        continue;
    return status;
}

int64_t m_semaphore_release(struct m_semaphore *self)
{
    if (self->bound >= 0 && self->value >= self->bound)
        return -EOVERFLOW;
    self->value++;
    semaphore_wake_up_next(self);
    return 0;
}

/* As of 3.13: whoever leaves with an error notifies another one, whether it had been notified or
 * not. */
int64_t m_condition_wait(struct m_condition *self)
{
    int64_t status, again, cancelled = 0;

    m_lock_release(&self->lock);
    status = wait_in(&self->waiters, join(&self->waiters));
    while ((again = m_lock_acquire(&self->lock)) < 0)
        cancelled = again;
    if (cancelled < 0)
        status = cancelled;
    if (status < 0)
        m_condition_notify(self, 1);
    return status;
}

void m_condition_notify(struct m_condition *self, int n)
{
    for (struct m_waiter *at = self->waiters.first; at != NULL && n > 0; at = at->next)
        if (!m_done(at->future)) {
            m_set_unless_done(at->future);
            n--;
        }
}

static void notify_all(struct m_condition *self)
{
    m_condition_notify(self, TASKS);
}

static int64_t barrier_block(struct m_barrier *self)
{
    while (self->state == M_DRAINING || self->state == M_RESETTING) {
        int64_t status = m_condition_wait(&self->cond);

        if (status < 0)
            return status;
    }
    return self->state == M_BROKEN ? -COIL_EBROKEN : 0;
}

static int64_t barrier_wait_filled(struct m_barrier *self)
{
    while (self->state == M_FILLING) {
        int64_t status = m_condition_wait(&self->cond);

        if (status < 0)
            return status;
    }
    return self->state == M_BROKEN || self->state == M_RESETTING ? -COIL_EBROKEN : 0;
}

static void barrier_exit(struct m_barrier *self)
{
    if (self->count > 0)
        return;
    if (self->state == M_RESETTING || self->state == M_DRAINING)
        self->state = M_FILLING;
    notify_all(&self->cond);
}

static int64_t barrier_wait_locked(struct m_barrier *self)
{
    int64_t status = barrier_block(self), index;

    if (status < 0)
        return status;
    index = self->count++;
    if (index + 1 == self->parties) {
        self->state = M_DRAINING;
        notify_all(&self->cond);
    } else {
        status = barrier_wait_filled(self);
    }
    self->count--;
    barrier_exit(self);
    return status < 0 ? status : index;
}

int64_t m_barrier_wait(struct m_barrier *self)
{
    int64_t status = m_lock_acquire(&self->cond.lock);

    if (status < 0)
        return status;
    status = barrier_wait_locked(self);
    m_lock_release(&self->cond.lock);
    return status;
}

int64_t m_barrier_reset(struct m_barrier *self)
{
    int64_t status = m_lock_acquire(&self->cond.lock);

    if (status < 0)
        return status;
    self->state = self->count > 0 ? M_RESETTING : M_FILLING;
    notify_all(&self->cond);
    m_lock_release(&self->cond.lock);
    return 0;
}

int64_t m_barrier_abort(struct m_barrier *self)
{
    int64_t status = m_lock_acquire(&self->cond.lock);

    if (status < 0)
        return status;
    self->state = M_BROKEN;
    notify_all(&self->cond);
    m_lock_release(&self->cond.lock);
    return 0;
}

static void queue_wakeup_next(struct m_waiters *waiters)
{
    while (waiters->first != NULL) {
        struct m_future *future = waiters->first->future;

        waiters->first = waiters->first->next;
        if (!m_done(future)) {
            m_set_unless_done(future);
            return;
        }
    }
}

static bool queue_full(const struct m_queue_of_items *self)
{
    return self->maxsize > 0 && self->count >= self->maxsize;
}

static int64_t queue_take(struct m_queue_of_items *self)
{
    int at = self->kind == M_LIFO ? self->count - 1 : 0;
    int64_t item;

    for (int i = 1; self->kind == M_PRIORITY && i < self->count; i++)
        if (self->items[i] < self->items[at])
            at = i;
    item = self->items[at];
    self->count--;
    for (int i = at; i < self->count; i++)
        self->items[i] = self->items[i + 1];
    return item;
}

int64_t m_queue_put_nowait(struct m_queue_of_items *self, int64_t item)
{
    if (self->is_shutdown)
        return -COIL_ESHUTDOWN;
    if (queue_full(self))
        return -EAGAIN;
    self->items[self->count++] = item;
    self->unfinished++;
    self->finished.value = false;
    queue_wakeup_next(&self->getters);
    return 0;
}

int64_t m_queue_put(struct m_queue_of_items *self, int64_t item)
{
    while (queue_full(self)) {
        struct m_future *putter;
        int64_t status;

        if (self->is_shutdown)
            return -COIL_ESHUTDOWN;
        putter = join(&self->putters);
        status = wait_in(&self->putters, putter);
        if (status < 0) {
            if (!queue_full(self) && putter->state != M_CANCELLED)
                queue_wakeup_next(&self->putters);
            return status;
        }
    }
    return m_queue_put_nowait(self, item);
}

int64_t m_queue_get_nowait(struct m_queue_of_items *self)
{
    int64_t item;

    if (self->count == 0)
        return self->is_shutdown ? -COIL_ESHUTDOWN : -EAGAIN;
    item = queue_take(self);
    queue_wakeup_next(&self->putters);
    return item;
}

int64_t m_queue_get(struct m_queue_of_items *self)
{
    while (self->count == 0) {
        struct m_future *getter;
        int64_t status;

        if (self->is_shutdown)
            return -COIL_ESHUTDOWN;
        getter = join(&self->getters);
        status = wait_in(&self->getters, getter);
        if (status < 0) {
            if (self->count > 0 && getter->state != M_CANCELLED)
                queue_wakeup_next(&self->getters);
            return status;
        }
    }
    return m_queue_get_nowait(self);
}

int64_t m_queue_task_done(struct m_queue_of_items *self)
{
    if (self->unfinished <= 0)
        return -EINVAL;
    if (--self->unfinished == 0)
        m_event_set(&self->finished);
    return 0;
}

int64_t m_queue_join(struct m_queue_of_items *self)
{
    return self->unfinished > 0 ? m_event_wait(&self->finished) : 0;
}

void m_queue_shutdown(struct m_queue_of_items *self, bool immediate)
{
    self->is_shutdown = true;
    if (immediate) {
        while (self->count > 0) {
            queue_take(self);
            if (self->unfinished > 0)
                self->unfinished--;
        }
        if (self->unfinished == 0)
            m_event_set(&self->finished);
    }
    while (self->getters.first != NULL)
        queue_wakeup_next(&self->getters);
    while (self->putters.first != NULL)
        queue_wakeup_next(&self->putters);
}
