/* The model's tasks: Task and sleep of tasks.py. */
#include <errno.h>
#include <stdlib.h>

#include "mach/valgrind.h"
#include "model.h"

enum { STACK = 128 * 1024 };

/* Leaves the coroutine: its `yield`. What it is resumed with is thrown, or 0. */
static int64_t leave(struct m_task *self)
{
    mach_switch(&self->context, self->resumer);
    return self->thrown;
}

static void body(void *arg)
{
    struct m_task *self = arg;

    self->future.result = outcome_of(self->coroutine(self->arg));
    self->ended = true;
    mach_switch_last(&self->context, self->resumer);
}

/* A stack each, kept for the next run. */
static char *next_stack(void)
{
    static char *stacks[TASKS];
    int n = m_loop.stacks++;

    if (stacks[n] == NULL) {
        if (posix_memalign((void **)&stacks[n], 4096, STACK) != 0)
            abort();
        valgrind_stack_comes(stacks[n], stacks[n] + STACK);
    }
    return stacks[n];
}

/* coro.send(None), coro.throw(thrown): a coroutine that had not begun has no place to catch it. */
static void resume(struct m_task *self, int64_t thrown)
{
    struct m_task *current = m_loop.current;

    self->thrown = thrown;
    self->yielded = NULL;
    if (!self->started) {
        char *stack = next_stack();

        self->started = true;
        if (thrown != 0) {
            self->ended = true;
            self->future.result = outcome_of(thrown);
            return;
        }
        coil__mach_context_init(&self->context, stack, stack + STACK, body, self);
    }
    self->resumer = current != NULL ? &current->context : &m_loop.home;
    m_loop.current = self;
    mach_switch(self->resumer, &self->context);
    m_loop.current = current;
    if (self->ended)
        coil__mach_context_fini(&self->context);
}

static void step(struct m_task *self, int64_t thrown);

static void step_plainly(void *arg)
{
    step(arg, 0);
}

static void wakeup(struct m_future *future, void *arg)
{
    int64_t status = future->result.status;

    step(arg, status < 0 ? status : 0);
}

static void finish(struct m_task *self)
{
    int64_t status = self->future.result.status;

    if (status >= 0 && self->must_cancel) { /* cancelled just before it returned */
        self->must_cancel = false;
        status = -ECANCELED;
    }
    m_settle(&self->future, status == -ECANCELED ? M_CANCELLED : M_FINISHED, outcome_of(status));
}

/* Task.__step */
static void step(struct m_task *self, int64_t thrown)
{
    if (self->must_cancel) {
        thrown = -ECANCELED;
        self->must_cancel = false;
    }
    self->fut_waiter = NULL;
    resume(self, thrown);
    if (self->ended) {
        finish(self);
    } else if (self->yielded == NULL) {
        m_call_soon(step_plainly, self);
    } else {
        m_add_done_callback(self->yielded, wakeup, self);
        self->fut_waiter = self->yielded;
        if (self->must_cancel && m_cancel(self->fut_waiter))
            self->must_cancel = false;
    }
}

/* Task.cancel */
static bool cancel_task(struct m_future *future)
{
    struct m_task *self = (struct m_task *)future;

    if (m_done(future))
        return false;
    self->cancelling++;
    if (self->fut_waiter != NULL && m_cancel(self->fut_waiter))
        return true;
    self->must_cancel = true;
    return true;
}

int m_uncancel(struct m_task *self)
{
    if (self->cancelling > 0) {
        self->cancelling--;
        if (self->cancelling == 0)
            self->must_cancel = false;
    }
    return self->cancelling;
}

struct m_task *m_create_task(m_coroutine_fn *fn, void *arg, bool eager)
{
    struct m_task *self = m_alloc(sizeof(*self));

    self->future.cancel = cancel_task;
    self->coroutine = fn;
    self->arg = arg;
    self->next = m_loop.tasks;
    m_loop.tasks = self;
    if (eager)
        step(self, 0);
    else
        m_call_soon(step_plainly, self);
    return self;
}

int m_count_tasks(void)
{
    int n = 0;

    for (struct m_task *at = m_loop.tasks; at != NULL; at = at->next)
        n += !m_done(&at->future);
    return n;
}

/* Future.__await__ */
struct outcome m_await(struct m_future *future)
{
    struct m_task *self = m_loop.current;
    int64_t thrown;

    if (m_done(future))
        return m_result(future);
    self->yielded = future;
    thrown = leave(self);
    return thrown != 0 ? outcome_of(thrown) : m_result(future);
}

int64_t m_yield(void)
{
    m_loop.current->yielded = NULL;
    return leave(m_loop.current);
}

static void sleep_over(void *arg)
{
    m_set_unless_done(arg);
}

int64_t m_sleep(int64_t delay)
{
    struct m_future *future;
    struct m_handle *handle;
    int64_t status;

    if (delay <= 0)
        return m_yield();
    future = m_create_future();
    handle = m_call_later(delay, sleep_over, future);
    status = m_await(future).status;
    m_cancel_handle(handle);
    return status;
}
