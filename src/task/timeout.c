/* Timeouts: cancellation with a clock (asyncio.Timeout, state by state). */
#include "task/task.h"

#include "base/time.h"

enum scope_state { SCOPE_ENTERED = 1, SCOPE_EXPIRING, SCOPE_EXPIRED, SCOPE_LEFT };

static void fire(struct coil_handle *handle)
{
    struct coil_timeout *scope = container_of(handle, struct coil_timeout, timer.handle);
    struct coil_exception *reason = coil__exception_text(ECANCELED, scope->task->place, "timeout");

    scope->state = SCOPE_EXPIRING;
    coil__future_cancel(scope->task, reason);
    exception_unref(reason);
}

static void arm(struct coil_timeout *scope)
{
    struct coil_loop *loop = scope->task->loop;

    if (scope->when_ns == COIL_FOREVER)
        return;
    if (scope->when_ns <= loop_now(loop)) {
        loop_ready(loop, &scope->timer.handle);
        return;
    }
    scope->timer.when_ns = scope->when_ns;
    coil__timers_add(&loop->timers, &scope->timer);
}

static void disarm(struct coil_timeout *scope)
{
    list_leave(&scope->timer.handle.link);
}

/* A scope that a generator's body holds while it is suspended is in no task's chain, and may be
 * left in another task's; meanwhile it keeps the task that it cancels. */
static bool keeps_its_task(const struct coil_timeout *scope, const struct task *holder)
{
    return holder == NULL || scope->task != &holder->future;
}

struct coil_timeout *coil__scopes_take_off(struct task *task, struct coil_timeout *below)
{
    struct coil_timeout *scopes = task->scope, *scope;

    if (likely(scopes == below))
        return NULL;
    for (scope = scopes;; scope = scope->outer) {
        if (!keeps_its_task(scope, task))
            future_ref(scope->task);
        if (scope->outer == below)
            break;
    }
    scope->outer = NULL;
    task->scope = below;
    return scopes;
}

void coil__scopes_put_on(struct task *task, struct coil_timeout *scopes)
{
    struct coil_timeout *scope;

    if (likely(scopes == NULL))
        return;
    for (scope = scopes;; scope = scope->outer) {
        if (!keeps_its_task(scope, task))
            future_unref(scope->task);
        if (scope->outer == NULL)
            break;
    }
    scope->outer = task->scope;
    task->scope = scopes;
}

void coil__scopes_drop(struct coil_timeout *scopes, struct task *holder)
{
    for (struct coil_timeout *scope = scopes; scope != NULL; scope = scope->outer) {
        disarm(scope);
        if (keeps_its_task(scope, holder))
            future_unref(scope->task);
    }
}

void coil_timeout_enter_at(struct coil_timeout *scope, int64_t when_ns)
{
    struct coil_loop *loop = loop_here("coil_timeout_enter");
    struct task *task;

    REQUIRE(loop->current != NULL,
            "coil_timeout_enter outside a task: a scope cancels the task it is in");
    task = task_of(loop->current);
    scope->timer.handle.link.next = NULL;
    scope->timer.handle.run = fire;
    scope->timer.handle.context = NULL;
    scope->task = &task->future;
    scope->outer = task->scope;
    scope->when_ns = when_ns;
    scope->cancelling = task->cancelling;
    scope->state = SCOPE_ENTERED;
    task->scope = scope;
    arm(scope);
}

void coil_timeout_enter(struct coil_timeout *scope, int64_t delay_ns)
{
    if (delay_ns == COIL_FOREVER)
        coil_timeout_enter_at(scope, COIL_FOREVER);
    else
        coil_timeout_enter_at(scope,
                              time_after(loop_now(loop_here("coil_timeout_enter")), delay_ns));
}

/* What the status of a scope that fired is to be. */
static int64_t end_of(struct coil_timeout *scope, int64_t status)
{
    scope->state = SCOPE_EXPIRED;
    if (coil_task_uncancel(scope->task) > scope->cancelling || status != -ECANCELED)
        return status;
    return coil_raise(ETIMEDOUT, "the time limit has passed").status;
}

int64_t coil_timeout_exit(struct coil_timeout *scope, int64_t status)
{
    struct task *task = task_running(coil__loop_running);

    REQUIRE(task != NULL && task->scope == scope,
            "coil_timeout_exit: scopes are left by the task that entered them, the last one first");
    disarm(scope);
    task->scope = scope->outer;
    if (scope->state == SCOPE_ENTERED)
        scope->state = SCOPE_LEFT;
    else
        status = end_of(scope, status);
    if (unlikely(keeps_its_task(scope, task)))
        future_unref(scope->task);
    return status;
}

int coil_timeout_reschedule(struct coil_timeout *scope, int64_t when_ns)
{
    loop_owned(scope->task->loop, "coil_timeout_reschedule");
    if (scope->state != SCOPE_ENTERED)
        return -COIL_ESTOPPED;
    disarm(scope);
    scope->when_ns = when_ns;
    arm(scope);
    return 0;
}

int64_t coil_timeout_when(const struct coil_timeout *scope)
{
    return scope->when_ns;
}

bool coil_timeout_expired(const struct coil_timeout *scope)
{
    return scope->state == SCOPE_EXPIRING || scope->state == SCOPE_EXPIRED;
}

coil_async struct coil_result coil_wait_for_call(coil_coroutine_fn *fn, void *arg,
                                                 int64_t timeout_ns)
{
    struct coil_timeout scope;
    struct coil_result result;

    coil_timeout_enter(&scope, timeout_ns);
    result = fn(arg);
    result.status = coil_timeout_exit(&scope, result.status);
    return result;
}

static void release(struct coil_future *future, void *waiter)
{
    (void)future;
    future_wake(waiter);
}

struct unwinding {
    struct coil_future waiter;
    struct coil_done done;
};

static void lost(void *waiter)
{
    struct unwinding *self = container_of((struct coil_future *)waiter, struct unwinding, waiter);

    coil_future_remove_done_callback(&self->done);
}

/* asyncio's _cancel_and_wait: the unwinding is waited for, whatever comes of it. */
static coil_async int cancel_and_wait(struct coil_future *future)
{
    struct unwinding self;
    struct coil_result result;

    future_init_waiter(&self.waiter, future->loop, "wait_for");
    future_when_lost(&self.waiter, lost);
    coil_future_add_done_callback(future, &self.done, release, &self.waiter);
    coil_future_cancel(future, "timeout");
    result = coil_await(&self.waiter);
    coil_future_remove_done_callback(&self.done);
    future_fini_waiter(&self.waiter);
    return (int)result.status;
}

/* No time at all: what is done, or cancel it. */
static coil_async struct coil_result poll_or_cancel(struct coil_future *future)
{
    struct coil_result result;
    int err;

    if (!future_pending(future))
        return coil_await(future);
    err = cancel_and_wait(future);
    if (err != 0)
        return coil_error(err);
    result = future_look(future);
    if (result.status == -ECANCELED)
        return coil_raise(ETIMEDOUT, "the time limit has passed");
    return result;
}

coil_async struct coil_result coil_wait_for(struct coil_future *future, int64_t timeout_ns)
{
    struct coil_timeout scope;
    struct coil_result result;

    if (timeout_ns <= 0)
        return poll_or_cancel(future);
    coil_timeout_enter(&scope, timeout_ns);
    result = coil_await(future);
    result.status = coil_timeout_exit(&scope, result.status);
    return result;
}
