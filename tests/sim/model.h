/*
 * The model: asyncio's rules, plainly. Written from what CPython 3.13's asyncio does, class by
 * class and under its names, without a thought for speed: a list of handles per turn, timers in a
 * sorted list, futures with lists of callbacks, coroutines on stacks of their own. Nothing is freed
 * before the end of a run.
 */
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include <coil/result.h>

#include "mach/switch.h"
#include "script.h"

struct m_future;
struct m_task;

/* ---- loop (base_events.py, events.py) ---- */

struct m_handle {
    struct m_handle *next;
    void (*fn)(void *arg);
    void *arg;
    int64_t when;
    bool cancelled;
};

struct m_queue {
    struct m_handle *first, *last;
};

struct m_loop {
    int64_t now;
    struct m_queue ready;
    struct m_handle *timers; /* by time, then by age */
    struct m_task *current;
    struct m_task *tasks; /* all of them */
    struct mach_context home;
    bool stopping;
    void *memory; /* all that was allocated */
    int stacks;
};

extern struct m_loop m_loop; /* one is enough */

void *m_alloc(size_t size);
struct m_handle *m_call_soon(void (*fn)(void *arg), void *arg);
struct m_handle *m_call_later(int64_t delay, void (*fn)(void *arg), void *arg);
void m_cancel_handle(struct m_handle *handle); /* NULL is fine */

/* Forgets the run: frees what was allocated. */
void m_loop_reset(void);

/* False: nothing can ever happen any more. */
bool m_run_until_stopped(void);

/* ---- futures and tasks (futures.py, tasks.py) ---- */

enum m_state { M_PENDING, M_CANCELLED, M_FINISHED };

typedef void m_callback_fn(struct m_future *future, void *arg);

struct m_callback {
    struct m_callback *next;
    m_callback_fn *fn;
    void *arg;
};

struct m_future {
    enum m_state state;
    struct outcome result;
    struct m_callback *callbacks;
    bool (*cancel)(struct m_future *future); /* the class's own */
};

typedef int64_t m_coroutine_fn(void *arg);

struct m_task {
    struct m_future future; /* first */
    m_coroutine_fn *coroutine;
    void *arg;
    bool started, ended, must_cancel;
    int64_t thrown; /* what the coroutine is resumed with; 0: nothing is thrown */
    int cancelling;
    struct m_future *fut_waiter;
    struct m_future *yielded; /* what it awaits; NULL: a bare yield */
    struct mach_context context, *resumer;
    struct m_task *next; /* of all tasks */
};

struct m_future *m_create_future(void);
bool m_done(const struct m_future *future);
struct outcome m_result(const struct m_future *future);
void m_settle(struct m_future *future, enum m_state state, struct outcome outcome);
void m_set(struct m_future *future, struct outcome outcome); /* set_result, set_exception */
bool m_cancel_plain(struct m_future *future);
bool m_cancel(struct m_future *future);
void m_add_done_callback(struct m_future *future, m_callback_fn *fn, void *arg);
bool m_remove_done_callback(struct m_future *future, m_callback_fn *fn, void *arg);
void m_set_unless_done(struct m_future *future);

struct m_task *m_create_task(m_coroutine_fn *fn, void *arg, bool eager);
int m_count_tasks(void);
int m_uncancel(struct m_task *task);

struct outcome m_await(struct m_future *future);
int64_t m_yield(void);
int64_t m_sleep(int64_t delay);

/* ---- tasks.py, timeouts.py, taskgroups.py; `limit` and `delay` < 0: none ---- */

struct m_future *m_gather(struct m_future **children, int n, bool return_exceptions);
struct m_future *m_shield(struct m_future *inner);
int64_t m_wait(struct m_future **futures, int n, int64_t limit, int return_when);
struct outcome m_wait_for(struct m_future *future, int64_t limit);

struct m_as_completed;
struct m_as_completed *m_as_completed(struct m_future **futures, int n, int64_t limit);
int64_t m_as_completed_next(struct m_as_completed *self, struct m_future **out);

struct m_timeout {
    struct m_task *task;
    struct m_handle *handler;
    int64_t delay;
    int cancelling;
    enum { M_ENTERED, M_EXPIRING, M_EXPIRED, M_EXITED } state;
};

void m_timeout_enter(struct m_timeout *self, int64_t delay);
bool m_timeout_reschedule(struct m_timeout *self, int64_t delay);
int64_t m_timeout_exit(struct m_timeout *self, int64_t status);

struct m_group {
    struct m_task *parent;
    struct m_future *children[TASKS]; /* its set, in order of entry */
    int n, errors;
    bool exiting, aborting, parent_cancel_requested;
    struct m_future *on_completed;
};

void m_group_enter(struct m_group *self);
bool m_group_refuses(const struct m_group *self);
void m_group_add(struct m_group *self, struct m_future *task);
int64_t m_group_exit(struct m_group *self, int64_t status);

/* ---- locks.py, queues.py ---- */

/* A deque of futures. */
struct m_waiters {
    struct m_waiter {
        struct m_waiter *next;
        struct m_future *future;
    } * first;
};

struct m_lock {
    struct m_waiters waiters;
    bool locked;
};

struct m_event {
    struct m_waiters waiters;
    bool value;
};

struct m_semaphore {
    struct m_waiters waiters;
    int value, bound; /* bound < 0: none */
};

struct m_condition {
    struct m_waiters waiters;
    struct m_lock lock;
};

struct m_barrier {
    struct m_condition cond;
    int parties, count;
    enum { M_FILLING, M_DRAINING, M_RESETTING, M_BROKEN } state;
};

struct m_queue_of_items {
    enum m_queue_kind { M_FIFO, M_LIFO, M_PRIORITY } kind;
    int maxsize, count, unfinished;
    int64_t items[2000];
    struct m_waiters getters, putters;
    struct m_event finished;
    bool is_shutdown;
};

int64_t m_lock_acquire(struct m_lock *self);
void m_lock_release(struct m_lock *self);
int64_t m_event_wait(struct m_event *self);
void m_event_set(struct m_event *self);
int64_t m_semaphore_acquire(struct m_semaphore *self);
int64_t m_semaphore_release(struct m_semaphore *self);
int64_t m_condition_wait(struct m_condition *self);
void m_condition_notify(struct m_condition *self, int n);
int64_t m_barrier_wait(struct m_barrier *self);
int64_t m_barrier_reset(struct m_barrier *self);
int64_t m_barrier_abort(struct m_barrier *self);
int64_t m_queue_put(struct m_queue_of_items *self, int64_t item);
int64_t m_queue_put_nowait(struct m_queue_of_items *self, int64_t item);
int64_t m_queue_get(struct m_queue_of_items *self);
int64_t m_queue_get_nowait(struct m_queue_of_items *self);
int64_t m_queue_task_done(struct m_queue_of_items *self);
int64_t m_queue_join(struct m_queue_of_items *self);
void m_queue_shutdown(struct m_queue_of_items *self, bool immediate);

#endif
