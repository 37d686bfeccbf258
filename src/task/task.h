/*
 * Tasks from the inside: a future, a place in one queue, a coroutine.
 *
 *   ready     its handle is in the ready queue, run == step
 *   waiting   its handle is among the callbacks of waits_for, run == step
 *   sleeping  its handle is among the timers, run == sleep_over; TASK_SLEEPING
 *   running   in no queue; loop->current
 *   done      settled; whoever holds a reference reads the result
 *
 * A stackful task lives at the top of its own stack, so that a parked one is a page and nothing
 * else.
 */
#ifndef COIL_TASK_TASK_INTERNAL_H
#define COIL_TASK_TASK_INTERNAL_H

#include <coil/embed.h>
#include <coil/timeout.h>

#include "base/prefetch.h"
#include "loop/loop.h"

enum task_flags {
    TASK_STACKFUL = 1,
    TASK_STARTED = 2,
    TASK_MUST_CANCEL = 4, /* asyncio: _must_cancel; the next step begins with -ECANCELED */
    TASK_SLEEPING = 8,
    TASK_WOKEN_CANCELLED = 16, /* the sleep was cancelled */
    TASK_DROPS_STATE = 32,     /* stackless: the drop function stands before the state */
    TASK_LOST = 64             /* destroyed while pending: never to be resumed */
};

/* Of what is near a task, and of the functions that it waits in: measured by streams. */
#define TASK_NEAR_LINES 3u
#define TASK_NEAR_FRAMES 576u /* bytes */

/* 176 bytes, so that a sleeping stackless task fits in 200 with its state. */
struct task {
    struct coil_future future;
    struct coil_timer timer; /* its handle is the task's place in a queue */
    union {
        struct mach_context context; /* stackful: where it is parked */
        void *coroutine;             /* foreign: theirs; stackless: the function */
    };
    union {
        const struct coil_coroutine_ops *ops; /* stackless, foreign */
        const void *near; /* stackful: what it looks at first when it goes on; NULL: not known */
    };
    struct coil_future *waits_for; /* counted */
    struct coil_link link;         /* in loop->tasks */
    char *name;                    /* NULL: Task-<id> */
    uint32_t id, parent_id;
    uint32_t switches;
    uint32_t made_ms; /* on the loop's clock */
    uint32_t line;    /* stackless: where to go on */
    uint16_t cancelling;
    uint8_t flags;
    uint8_t class; /* of the stack; else the memory's size in steps of 16 */
    struct coil_timeout *scope;
};

static inline struct task *task_of_handle(struct coil_handle *handle)
{
    return container_of(handle, struct task, timer.handle);
}

static inline struct task *task_of(struct coil_future *future)
{
    return container_of(future, struct task, future);
}

/* The task that runs, of any kind; NULL: none, or no loop. */
static inline struct task *task_running(const struct coil_loop *loop)
{
    return loop != NULL && loop->current != NULL ? task_of(loop->current) : NULL;
}

/* The task that runs and can suspend here; aborts with a sentence otherwise. */
struct task *coil__task_here(const char *caller);

/* A stackful task's turn: enters its stack. Door 7. */
void coil__task_step_stackful(struct coil_handle *handle);
/* A stackless or foreign one's. */
void coil__task_step_foreign(struct coil_handle *handle);
void coil__task_sleep_over(struct coil_handle *handle);

/* Its step function, by its kind. */
static inline void task_set_step(struct task *task)
{
    task->timer.handle.run =
        task->flags & TASK_STACKFUL ? coil__task_step_stackful : coil__task_step_foreign;
}

/* How long the end of coil_run waits for the functions that its loop's default executor has;
 * asyncio: THREAD_JOIN_TIMEOUT. Tests change it. */
extern int64_t coil__run_patience_ns;

/* Begins a task's life in `loop`: memory is there and zeroed up to `line`. Scheduled, or run at
 * once if eager. */
struct coil_future *coil__task_begin(struct task *task, const struct coil_task_options *options);
void coil__task_init(struct task *task, struct coil_loop *loop,
                     const struct coil_task_options *options, const char *place);

/* The loop a new task belongs to, or the failed future to return instead. */
struct coil_loop *coil__task_loop(const struct coil_task_options *options, const char *caller);

/* The coroutine has ended. The loop's reference is NOT given up. */
void coil__task_finish(struct task *task, struct coil_result result);

/* Registers what the task waits for; it parks next. */
static inline void task_wait_for(struct task *task, struct coil_future *future)
{
    task->waits_for = future_ref(future);
    list_append(&future->callbacks, &task->timer.handle.link);
    if (unlikely(task->flags & TASK_MUST_CANCEL) &&
        coil__future_cancel(future, task->future.exception))
        task->flags &= (uint8_t)~TASK_MUST_CANCEL;
}

/* The task's sleep begins; it parks next. */
void coil__task_begin_sleep(struct coil_loop *loop, struct task *task, int64_t delay_ns);

/* A failed await leaves its exception with the task; a cancellation is told before any result. */
struct coil_result coil__task_woken_badly(struct task *task, struct coil_future *future);

/* What the await, sleep or yield gives, now that the task goes on. */
static inline struct coil_result task_woken(struct task *task)
{
    struct coil_future *future = task->waits_for;
    struct coil_result result = coil_value(NULL);

    task->waits_for = NULL;
    if (unlikely((task->flags & (TASK_MUST_CANCEL | TASK_WOKEN_CANCELLED)) != 0 ||
                 (future != NULL && future->state != FUTURE_DONE)))
        return coil__task_woken_badly(task, future);
    if (future != NULL) {
        result = future->result;
        future_unref(future);
    }
    return result;
}

/* Refuses to close a circle of waiting: 0, -EDEADLK raised with the chain, or -ENOMEM. */
int coil__task_search_cycle(struct task *task, struct coil_future *future);

/* Who waits for nothing, or nobody waits for, is in no circle. */
static inline int task_check_cycle(struct task *task, struct coil_future *future)
{
    if (likely(future->kind == FUTURE_PLAIN || future->kind == FUTURE_ARRIVAL))
        return 0;
    if (future->kind == FUTURE_TASK && future != &task->future &&
        task_of(future)->waits_for == NULL)
        return 0;
    return coil__task_search_cycle(task, future);
}

/* Everything a step notes about the task that goes on. */
static inline void task_enter(struct coil_loop *loop, struct task *task)
{
    loop->current = &task->future;
    loop->context = task->timer.handle.context;
    COUNTER_SET(loop->running_id, task->id);
    task->switches++;
}

/* Who waits for the world does so some functions deep, on what was said to be near. */
static inline void task_prefetch_near(const struct task *task)
{
    if (task->near == NULL)
        return;
    prefetch_lines(task->near, TASK_NEAR_LINES);
    mach_prefetch_frames(&task->context, TASK_NEAR_FRAMES);
}

/* A parked stack is cold: while this task runs, the next one's is fetched, and the one's after it
 * announced. */
static inline void task_prefetch_next(const struct coil_loop *loop)
{
    const struct coil_handle *next = container_of(loop->ready.next, struct coil_handle, link);
    const struct task *task = container_of(next, const struct task, timer.handle);

    prefetch_lines((const char *)next->link.next - CACHE_LINE, 3);
    if (next->run != coil__task_step_stackful)
        return;
    mach_prefetch_context(&task->context);
    task_prefetch_near(task);
}

/*
 * Where a stackful task that stops running goes: straight on with the next one, if that is stackful
 * and its turn has come; else back to the runner. It is then the one that runs.
 */
static inline struct mach_context *task_next(struct coil_loop *loop)
{
    struct coil_handle *next = likely(loop->direct) ? loop_peek(loop) : NULL;
    struct task *to;

    if (next == NULL || next->run != coil__task_step_stackful) {
        loop->current = NULL;
        COUNTER_SET(loop->running_id, 0);
        return loop->home;
    }
    list_remove(&next->link);
    to = task_of_handle(next);
    loop->fresh = false;
    COUNTER_ADD(loop->callbacks, 1);
    task_enter(loop, to);
    task_prefetch_next(loop);
    return &to->context;
}

/* Frees the task that ended on the way here, if nobody holds it: it could not, standing on its own
 * stack. */
void coil__task_reap(struct coil_loop *loop);

static inline void task_arrived(struct coil_loop *loop)
{
    if (unlikely(loop->reap != NULL))
        coil__task_reap(loop);
}

/* Door 8: leaves the running stackful task; returns when it is resumed. */
static inline void task_park(struct coil_loop *loop, struct task *task)
{
    struct mach_context *to;

    task->timer.handle.context = loop->context;
    to = task_next(loop);
    if (to != &task->context)
        mach_switch(&task->context, to);
    task_arrived(loop);
}

/* coil_await by a stackful task that runs, of a future that is pending and nobody else's: there is
 * nothing to check. */
static inline struct coil_result task_await_own(struct coil_loop *loop, struct task *task,
                                                struct coil_future *future)
{
    task_wait_for(task, future);
    task_park(loop, task);
    return task_woken(task);
}

/* From now on a stack that overflows says whose it is. Called by name: what only a constructor
 * reaches is left out of a program that links the archive. */
void coil__task_watch_overflow(void);

/* For closing: cancels what is left of the loop's tasks, lets them unwind without sleeping,
 * destroys the rest. */
void coil__tasks_close(struct coil_loop *loop);

void coil__tasks_cancel_all(struct coil_loop *loop, const char *why);
struct coil_future *coil__tasks_oldest(struct coil_loop *loop);

/* Destroys a task that will not end by itself: it never runs again; its future fails with
 * `error`. */
void coil__task_destroy(struct task *task, int64_t error);

/* The scopes that were entered since `below` was the innermost one, out of the task's chain: those
 * that a generator's body holds while it is suspended. */
struct coil_timeout *coil__scopes_take_off(struct task *task, struct coil_timeout *below);
void coil__scopes_put_on(struct task *task, struct coil_timeout *scopes);
/* Nobody will leave them: they fire no more. `holder`: the task in whose chain they are, or NULL.
 */
void coil__scopes_drop(struct coil_timeout *scopes, struct task *holder);

/* Whether the code that runs stands on a task's own stack. */
bool coil__task_can_await(struct coil_loop *loop);

void coil__stackful_free(struct coil_loop *loop, struct task *task);
void coil__stackful_drop_arg(struct task *task);
/* What a stackful task was given, if that is what frees it; else NULL. */
void *coil__stackful_arg(const struct coil_future *future, coil_drop_fn *drop);
size_t coil__stackful_used(const struct task *task);
void coil__foreign_close(struct task *task);

extern const struct coil_coroutine_ops coil__stackless_ops;

#endif
