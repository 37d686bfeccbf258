/* The model's combinators: tasks.py and timeouts.py. */
#include <errno.h>

#include "model.h"

struct gathering {
    struct m_future future; /* first */
    int n, distinct, finished;
    bool return_exceptions, cancel_requested;
    struct m_future *children[LIST];
};

/* _GatheringFuture.cancel */
static bool cancel_gathering(struct m_future *future)
{
    struct gathering *self = (struct gathering *)future;
    bool any = false;

    if (m_done(future))
        return false;
    for (int i = 0; i < self->n; i++)
        if (m_cancel(self->children[i]))
            any = true;
    if (any)
        self->cancel_requested = true;
    return any;
}

static void gather_done(struct m_future *child, void *arg)
{
    struct gathering *self = arg;
    struct outcome all = {.n = self->n};

    self->finished++;
    if (m_done(&self->future))
        return;
    if (!self->return_exceptions && m_result(child).status < 0) {
        m_set(&self->future, outcome_of(m_result(child).status));
        return;
    }
    if (self->finished < self->distinct)
        return;
    for (int i = 0; i < self->n; i++)
        all.items[i] = m_result(self->children[i]).status;
    m_set(&self->future, self->cancel_requested ? outcome_of(-ECANCELED) : all);
}

static bool seen_before(struct m_future **children, int i)
{
    for (int k = 0; k < i; k++)
        if (children[k] == children[i])
            return true;
    return false;
}

struct m_future *m_gather(struct m_future **children, int n, bool return_exceptions)
{
    struct gathering *self = m_alloc(sizeof(*self));
    struct m_future *done[LIST];
    int n_done = 0;

    self->future.cancel = cancel_gathering;
    self->n = n;
    self->return_exceptions = return_exceptions;
    for (int i = 0; i < n; i++) {
        self->children[i] = children[i];
        if (seen_before(children, i))
            continue;
        self->distinct++;
        if (m_done(children[i]))
            done[n_done++] = children[i];
        else
            m_add_done_callback(children[i], gather_done, self);
    }
    for (int i = 0; i < n_done; i++)
        gather_done(done[i], self);
    return &self->future;
}

struct shield {
    struct m_future *inner, *outer;
};

static void shield_inner_done(struct m_future *inner, void *arg)
{
    struct shield *self = arg;

    if (m_done(self->outer))
        return;
    if (inner->state == M_CANCELLED)
        m_cancel(self->outer);
    else
        m_set(self->outer, m_result(inner));
}

static void shield_outer_done(struct m_future *outer, void *arg)
{
    struct shield *self = arg;

    (void)outer;
    if (!m_done(self->inner))
        m_remove_done_callback(self->inner, shield_inner_done, self);
}

struct m_future *m_shield(struct m_future *inner)
{
    struct shield *self;

    if (m_done(inner))
        return inner;
    self = m_alloc(sizeof(*self));
    self->inner = inner;
    self->outer = m_create_future();
    m_add_done_callback(inner, shield_inner_done, self);
    m_add_done_callback(self->outer, shield_outer_done, self);
    return self->outer;
}

struct waiting {
    struct m_future *waiter;
    struct m_handle *timeout;
    int counter, return_when;
};

enum { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION };

static void release_waiter(void *arg)
{
    m_set_unless_done(arg);
}

static void wait_on_completion(struct m_future *future, void *arg)
{
    struct waiting *self = arg;
    bool failed = future->state == M_FINISHED && m_result(future).status < 0;

    self->counter--;
    if (self->counter <= 0 || self->return_when == FIRST_COMPLETED ||
        (self->return_when == FIRST_EXCEPTION && failed)) {
        m_cancel_handle(self->timeout);
        m_set_unless_done(self->waiter);
    }
}

/* How many are done. */
int64_t m_wait(struct m_future **futures, int n, int64_t limit, int return_when)
{
    struct waiting *self = m_alloc(sizeof(*self));
    int64_t status, done = 0;

    self->waiter = m_create_future();
    self->counter = n;
    self->return_when = return_when;
    if (limit >= 0)
        self->timeout = m_call_later(limit, release_waiter, self->waiter);
    for (int i = 0; i < n; i++)
        m_add_done_callback(futures[i], wait_on_completion, self);
    status = m_await(self->waiter).status;
    m_cancel_handle(self->timeout);
    for (int i = 0; i < n; i++) {
        m_remove_done_callback(futures[i], wait_on_completion, self);
        done += m_done(futures[i]);
    }
    return status < 0 ? status : done;
}

static void release_waiter_of(struct m_future *future, void *arg)
{
    (void)future;
    m_set_unless_done(arg);
}

static int64_t cancel_and_wait(struct m_future *future)
{
    struct m_future *waiter = m_create_future();
    int64_t status;

    m_add_done_callback(future, release_waiter_of, waiter);
    m_cancel(future);
    status = m_await(waiter).status;
    m_remove_done_callback(future, release_waiter_of, waiter);
    return status;
}

struct outcome m_wait_for(struct m_future *future, int64_t limit)
{
    struct m_timeout *timeout;
    struct outcome outcome;
    int64_t status;

    if (limit == 0) {
        if (m_done(future))
            return m_result(future);
        status = cancel_and_wait(future);
        if (status < 0)
            return outcome_of(status);
        outcome = m_result(future);
        return outcome.status == -ECANCELED ? outcome_of(-ETIMEDOUT) : outcome;
    }
    timeout = m_alloc(sizeof(*timeout));
    m_timeout_enter(timeout, limit);
    outcome = m_await(future);
    status = m_timeout_exit(timeout, outcome.status);
    return status < 0 ? outcome_of(status) : outcome;
}

/* Its queue of those that are done; NULL stands for the time that is over. */
struct m_as_completed {
    struct m_future *done[2 * LIST];
    int put, got, n, todo_left;
    struct m_future *todo[LIST]; /* NULL: done */
    struct m_handle *timeout;
    struct m_future *getter;
};

static void put_done(struct m_as_completed *self, struct m_future *future)
{
    self->done[self->put++] = future;
    if (self->getter != NULL)
        m_set_unless_done(self->getter);
}

static int count_todo(struct m_as_completed *self)
{
    int n = 0;

    for (int i = 0; i < self->n; i++)
        n += self->todo[i] != NULL;
    return n;
}

static void handle_completion(struct m_future *future, void *arg)
{
    struct m_as_completed *self = arg;

    if (count_todo(self) == 0)
        return; /* the time was over first */
    for (int i = 0; i < self->n; i++)
        if (self->todo[i] == future)
            self->todo[i] = NULL;
    put_done(self, future);
    if (count_todo(self) == 0)
        m_cancel_handle(self->timeout);
}

static void handle_timeout(void *arg)
{
    struct m_as_completed *self = arg;

    for (int i = 0; i < self->n; i++)
        if (self->todo[i] != NULL) {
            m_remove_done_callback(self->todo[i], handle_completion, self);
            put_done(self, NULL);
            self->todo[i] = NULL;
        }
}

struct m_as_completed *m_as_completed(struct m_future **futures, int n, int64_t limit)
{
    struct m_as_completed *self = m_alloc(sizeof(*self));

    self->n = self->todo_left = n;
    for (int i = 0; i < n; i++) {
        self->todo[i] = futures[i];
        m_add_done_callback(futures[i], handle_completion, self);
    }
    if (n > 0 && limit >= 0)
        self->timeout = m_call_later(limit, handle_timeout, self);
    return self;
}

/* The queue's get: one getter at most, so a cancelled one has nobody to pass its wake-up on to. */
int64_t m_as_completed_next(struct m_as_completed *self, struct m_future **out)
{
    if (self->todo_left == 0)
        return -COIL_EENDED;
    self->todo_left--;
    while (self->got == self->put) {
        int64_t status;

        self->getter = m_create_future();
        status = m_await(self->getter).status;
        self->getter = NULL;
        if (status < 0)
            return status;
    }
    *out = self->done[self->got++];
    return *out == NULL ? -ETIMEDOUT : 0;
}

static void on_timeout(void *arg)
{
    struct m_timeout *self = arg;

    m_cancel(&self->task->future);
    self->state = M_EXPIRING;
    self->handler = NULL;
}

static void arm(struct m_timeout *self, int64_t delay)
{
    m_cancel_handle(self->handler);
    self->handler = NULL;
    if (delay == 0)
        self->handler = m_call_soon(on_timeout, self);
    else if (delay > 0)
        self->handler = m_call_later(delay, on_timeout, self);
}

void m_timeout_enter(struct m_timeout *self, int64_t delay)
{
    *self = (struct m_timeout){.task = m_loop.current, .state = M_ENTERED};
    self->cancelling = self->task->cancelling;
    arm(self, delay);
}

bool m_timeout_reschedule(struct m_timeout *self, int64_t delay)
{
    if (self->state != M_ENTERED)
        return false;
    arm(self, delay);
    return true;
}

int64_t m_timeout_exit(struct m_timeout *self, int64_t status)
{
    m_cancel_handle(self->handler);
    self->handler = NULL;
    if (self->state == M_EXPIRING) {
        self->state = M_EXPIRED;
        if (m_uncancel(self->task) <= self->cancelling && status == -ECANCELED)
            return -ETIMEDOUT;
    } else {
        self->state = M_EXITED;
    }
    return status;
}
