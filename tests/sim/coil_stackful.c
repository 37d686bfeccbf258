/* What suspends, done by coil on a stack; and the blocks. */
#include "coil_world.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

static int64_t now(struct actor *self)
{
    struct coil_run *run = self->run;

    return coil_loop_time(run->loop) - run->start;
}

/* Awaits something made for that, whose value is nobody else's. */
static coil_async struct outcome join(struct coil_future *future, int list, bool owns_value)
{
    struct outcome outcome = coil_told(coil_await(future), list);

    (void)owns_value;
    coil_future_unref(future);
    return outcome;
}

static coil_async struct outcome take_completed(struct coil_run *run, struct actor *self,
                                                const struct action *action)
{
    struct coil_future *futures[LIST];
    int n = coil_listed(run, action, futures), slot;
    struct coil_as_completed *iteration =
        coil_as_completed_open(futures, (size_t)n, coil_units(run, action->b));
    struct coil_result result = coil_value(NULL);

    for (int i = 0; i < action->a && result.status >= 0; i++) {
        result = coil_as_completed_next(iteration);
        if (result.status < 0)
            break;
        for (slot = 0; run->slots[slot] != result.value; slot++)
            continue;
        script_tell(self, action, outcome_of(slot));
    }
    coil_as_completed_close(iteration);
    return outcome_of(result.status);
}

static coil_async struct outcome wait_list(struct coil_run *run, const struct action *action)
{
    static const enum coil_wait_condition conditions[] = {COIL_ALL_COMPLETED, COIL_FIRST_COMPLETED,
                                                          COIL_FIRST_EXCEPTION};
    struct coil_future *futures[LIST];
    int n = coil_listed(run, action, futures);

    if (n == 0)
        return outcome_nothing();
    if (action->kind == DO_WAIT)
        return outcome_of(
            coil_wait(futures, (size_t)n, coil_units(run, action->b), conditions[action->a]));
    return join(coil_gather(futures, (size_t)n, action->a ? COIL_RETURN_EXCEPTIONS : 0), n, true);
}

static coil_async struct outcome await_slot(struct coil_run *run, const struct action *action)
{
    struct coil_future *future = run->slots[action->a];
    int list = run->lists[action->a];

    if (future == NULL)
        return outcome_nothing();
    if (action->kind == DO_AWAIT)
        return coil_told(coil_await(future), list);
    if (action->kind == DO_SHIELD_AWAIT)
        return join(coil_shield(future), list, false);
    return coil_told(coil_wait_for(future, coil_units(run, action->b)), list);
}

static coil_async struct outcome wait_in_queue(struct coil_queue *queue,
                                               const struct action *action)
{
    struct coil_result result;

    switch (action->kind) {
    case DO_QUEUE_PUT: return outcome_of(coil_queue_put(queue, (void *)(uintptr_t)action->b));
    case DO_QUEUE_JOIN: return outcome_of(coil_queue_join(queue));
    default: break;
    }
    result = coil_queue_get(queue);
    return outcome_of(result.status < 0 ? result.status : (int64_t)(uintptr_t)result.value);
}

static struct coil_result in_worker(void *arg)
{
    struct coil_run *run = arg;

    run->threads++;
    return coil_number(run->threads);
}

/* Half of the pipe is always ready, the other half never. */
static coil_async struct outcome watch_pipe(struct coil_run *run, const struct action *action)
{
    if (action->b % 2)
        return outcome_of(coil_poll(run->pipe[1], POLLOUT));
    return outcome_of(coil_poll(run->pipe[0], POLLIN));
}

static coil_async struct outcome perform(struct actor *self, const struct action *action)
{
    struct coil_run *run = self->run;
    int a = action->a;

    switch ((enum action_kind)action->kind) {
    case DO_SLEEP: return outcome_of(coil_sleep(coil_units(run, a)));
    case DO_YIELD: return outcome_of(coil_yield());
    case DO_GATHER_AWAIT:
    case DO_WAIT: return wait_list(run, action);
    case DO_AS_COMPLETED: return take_completed(run, self, action);
    case DO_AWAIT:
    case DO_SHIELD_AWAIT:
    case DO_WAIT_FOR: return await_slot(run, action);
    case DO_CONDITION_WAIT: return outcome_of(coil_condition_wait(&run->conditions[a]));
    case DO_EVENT_WAIT: return outcome_of(coil_event_wait(&run->events[a]));
    case DO_BARRIER_WAIT: return outcome_of(coil_barrier_wait(&run->barriers[a]));
    case DO_BARRIER_RESET: return outcome_of(coil_barrier_reset(&run->barriers[a]));
    case DO_BARRIER_ABORT: return outcome_of(coil_barrier_abort(&run->barriers[a]));
    case DO_QUEUE_PUT:
    case DO_QUEUE_GET:
    case DO_QUEUE_JOIN: return wait_in_queue(&run->queues[a], action);
    case DO_TO_THREAD: return coil_told(coil_to_thread(in_worker, run, NULL), 0);
    case DO_POLL: return watch_pipe(run, action);
    default: return coil_perform_plainly(self, action);
    }
}

static coil_async int64_t enter(struct actor *self, struct scope *scope)
{
    struct coil_run *run = self->run;
    const struct action *action = scope->action;

    switch (action->kind) {
    case DO_TIMEOUT: coil_timeout_enter((void *)scope->own, coil_units(run, action->a)); return 0;
    case DO_GROUP: coil_task_group_enter((void *)scope->own); return 0;
    case DO_LOCK: return coil_lock_acquire(&run->locks[action->a]);
    case DO_SEMAPHORE: return coil_semaphore_acquire(&run->semaphores[action->a]);
    default: return coil_lock_acquire(run->conditions[action->a].lock);
    }
}

static coil_async int64_t leave(struct actor *self, struct scope *scope, int64_t status)
{
    struct coil_run *run = self->run;
    const struct action *action = scope->action;
    int released = 0;

    switch (action->kind) {
    case DO_TIMEOUT: return coil_timeout_exit((void *)scope->own, status);
    case DO_GROUP: return coil_task_group_exit((void *)scope->own, status);
    case DO_LOCK: coil_lock_release(&run->locks[action->a]); break;
    case DO_SEMAPHORE: released = coil_semaphore_release(&run->semaphores[action->a]); break;
    default: coil_lock_release(run->conditions[action->a].lock); break;
    }
    return released < 0 ? released : status;
}

const struct world coil_world = {now, perform, enter, leave};
