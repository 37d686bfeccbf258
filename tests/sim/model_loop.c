/* The model's loop and futures: base_events.py and futures.py. */
#include <errno.h>
#include <stdlib.h>

#include "model.h"

struct m_loop m_loop;

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

void m_settle(struct m_future *future, enum m_state state, struct outcome outcome)
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
    m_settle(future, M_FINISHED, outcome);
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
    m_settle(future, M_CANCELLED, outcome_of(-ECANCELED));
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

void m_loop_reset(void)
{
    while (m_loop.memory != NULL) {
        void *block = m_loop.memory;

        m_loop.memory = *(void **)block;
        free(block);
    }
    m_loop = (struct m_loop){0};
}
