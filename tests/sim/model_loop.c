/* The model's loop, futures and tasks: base_events.py, futures.py, and Task of tasks.py. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mach/valgrind.h"
#include "model.h"

enum { STACK = 128 * 1024 };

struct m_loop m_loop;

static struct m_task *all_tasks;

void *m_alloc(size_t size)
{
    void **block = calloc(1, sizeof(max_align_t) + size);

    if (block == NULL)
        abort();
    *block = m_loop.memory;
    m_loop.memory = block;
    return (char *)block + sizeof(max_align_t);
}

static void append(struct m_queue *queue, struct m_handle *handle)
{
    handle->next = NULL;
    if (queue->first == NULL)
        queue->first = handle;
    else
        queue->last->next = handle;
    queue->last = handle;
}

static struct m_handle *new_handle(void (*fn)(void *arg), void *arg)
{
    struct m_handle *handle = m_alloc(sizeof(*handle));

    handle->fn = fn;
    handle->arg = arg;
    return handle;
}

struct m_handle *m_call_soon(void (*fn)(void *arg), void *arg)
{
    struct m_handle *handle = new_handle(fn, arg);

    append(&m_loop.ready, handle);
    return handle;
}

struct m_handle *m_call_later(int64_t delay, void (*fn)(void *arg), void *arg)
{
    struct m_handle *handle = new_handle(fn, arg), **at = &m_loop.timers;

    handle->when = m_loop.now + delay;
    while (*at != NULL && (*at)->when <= handle->when)
        at = &(*at)->next;
    handle->next = *at;
    *at = handle;
    return handle;
}

void m_cancel_handle(struct m_handle *handle)
{
    if (handle != NULL)
        handle->cancelled = true;
}

/* BaseEventLoop._run_once */
static bool run_once(void)
{
    struct m_queue turn;

    while (m_loop.timers != NULL && m_loop.timers->cancelled)
        m_loop.timers = m_loop.timers->next;
    if (m_loop.ready.first == NULL) {
        if (m_loop.timers == NULL)
            return false;
        if (m_loop.timers->when > m_loop.now)
            m_loop.now = m_loop.timers->when;
    }
    while (m_loop.timers != NULL && m_loop.timers->when <= m_loop.now) {
        struct m_handle *due = m_loop.timers;

        m_loop.timers = due->next;
        append(&m_loop.ready, due);
    }
    turn = m_loop.ready;
    m_loop.ready = (struct m_queue){0};
    for (struct m_handle *at = turn.first, *next; at != NULL; at = next) {
        next = at->next;
        if (!at->cancelled)
            at->fn(at->arg);
    }
    return true;
}

bool m_run_until_stopped(void)
{
    coil__mach_context_adopt(&m_loop.home);
    while (!m_loop.stopping)
        if (!run_once())
            return false;
    return true;
}

struct m_future *m_create_future(void)
{
    struct m_future *future = m_alloc(sizeof(*future));

    future->cancel = m_cancel_plain;
    return future;
}

bool m_done(const struct m_future *future)
{
    return future->state != M_PENDING;
}

struct outcome m_result(const struct m_future *future)
{
    return future->result;
}

/* A callback on its way from its future to its turn. */
struct scheduled {
    struct m_future *future;
    struct m_callback *callback;
};

static void run_callback(void *arg)
{
    struct scheduled *self = arg;

    self->callback->fn(self->future, self->callback->arg);
}

static void schedule(struct m_future *future, struct m_callback *callback)
{
    struct scheduled *self = m_alloc(sizeof(*self));

    *self = (struct scheduled){future, callback};
    m_call_soon(run_callback, self);
}

static void settle(struct m_future *future, enum m_state state, struct outcome outcome)
{
    struct m_callback *callbacks = future->callbacks;

    future->state = state;
    future->result = outcome;
    future->callbacks = NULL;
    for (; callbacks != NULL; callbacks = callbacks->next)
        schedule(future, callbacks);
}

/* set_result and set_exception */
void m_set(struct m_future *future, struct outcome outcome)
{
    settle(future, M_FINISHED, outcome);
}

void m_set_unless_done(struct m_future *future)
{
    if (!m_done(future))
        m_set(future, outcome_of(0));
}

bool m_cancel_plain(struct m_future *future)
{
    if (m_done(future))
        return false;
    settle(future, M_CANCELLED, outcome_of(-ECANCELED));
    return true;
}

bool m_cancel(struct m_future *future)
{
    return future->cancel(future);
}

void m_add_done_callback(struct m_future *future, m_callback_fn *fn, void *arg)
{
    struct m_callback *callback = m_alloc(sizeof(*callback)), **at = &future->callbacks;

    callback->fn = fn;
    callback->arg = arg;
    if (m_done(future)) {
        schedule(future, callback);
        return;
    }
    while (*at != NULL)
        at = &(*at)->next;
    *at = callback;
}

bool m_remove_done_callback(struct m_future *future, m_callback_fn *fn, void *arg)
{
    bool removed = false;

    for (struct m_callback **at = &future->callbacks; *at != NULL;) {
        if ((*at)->fn == fn && (*at)->arg == arg) {
            *at = (*at)->next;
            removed = true;
        } else {
            at = &(*at)->next;
        }
    }
    return removed;
}

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
        VALGRIND_STACK_REGISTER(stacks[n], stacks[n] + STACK);
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
    settle(&self->future, status == -ECANCELED ? M_CANCELLED : M_FINISHED, outcome_of(status));
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
    self->next = all_tasks;
    all_tasks = self;
    if (eager)
        step(self, 0);
    else
        m_call_soon(step_plainly, self);
    return self;
}

int m_count_tasks(void)
{
    int n = 0;

    for (struct m_task *at = all_tasks; at != NULL; at = at->next)
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

void m_loop_reset(void)
{
    while (m_loop.memory != NULL) {
        void *block = m_loop.memory;

        m_loop.memory = *(void **)block;
        free(block);
    }
    m_loop = (struct m_loop){0};
    all_tasks = NULL;
}
