/* The model as a world for scripts. */
#include <errno.h>
#include <string.h>

#include "model.h"

struct run {
    const struct program *program;
    struct m_future *slots[SLOTS];
    bool made[TASKS]; /* also while its eager first step runs, before it has a slot */
    struct actor actors[TASKS + CALLS + DONES];
    struct m_handle *calls[CALLS];   /* while scheduled */
    struct m_future *watched[DONES]; /* while it waits to be called */
    struct m_lock locks[LOCKS];
    struct m_event events[EVENTS];
    struct m_semaphore semaphores[SEMAPHORES];
    struct m_condition conditions[CONDITIONS];
    struct m_barrier barriers[BARRIERS];
    struct m_queue_of_items queues[QUEUES];
};

static int64_t units(const struct run *run, int n)
{
    return n == FOREVER ? -1 : n * run->program->unit_ns;
}

static int64_t now(struct actor *self)
{
    (void)self;
    return m_loop.now;
}

static int64_t run_task(void *arg)
{
    struct actor *self = arg;
    int64_t status = script_run(self);

    if (self->number == 0)
        script_epilogue(self);
    return status;
}

static struct outcome create(struct run *run, int number, struct m_group *group)
{
    struct m_future **slot = &run->slots[slot_of_task(number)];
    const struct program_task *task = &run->program->task[number];

    if (run->made[number])
        return outcome_nothing();
    if (group != NULL && m_group_refuses(group))
        return outcome_of(-COIL_ESTOPPED);
    run->made[number] = true;
    *slot = &m_create_task(run_task, &run->actors[number], task->eager && group == NULL)->future;
    if (group != NULL)
        m_group_add(group, *slot);
    return outcome_of(0);
}

static int listed(struct run *run, const struct action *action, struct m_future **futures)
{
    int n = 0;

    for (int i = 0; i < action->n; i++)
        if (run->slots[action->list[i]] != NULL)
            futures[n++] = run->slots[action->list[i]];
    return n;
}

static struct outcome keep(struct run *run, struct actor *self, struct m_future *made)
{
    run->slots[slot_made_by(self->number)] = made;
    return outcome_of(0);
}

static struct outcome wait_list(struct run *run, struct actor *self, const struct action *action)
{
    struct m_future *futures[LIST];
    int n = listed(run, action, futures);

    if (n == 0)
        return outcome_nothing();
    switch (action->kind) {
    case DO_WAIT: return outcome_of(m_wait(futures, n, units(run, action->b), action->a));
    case DO_GATHER_AWAIT: return m_await(m_gather(futures, n, action->a));
    default: break;
    }
    if (run->slots[slot_made_by(self->number)] != NULL)
        return outcome_nothing();
    return keep(run, self, m_gather(futures, n, action->a));
}

static int slot_number(const struct run *run, const struct m_future *future)
{
    int slot = 0;

    while (run->slots[slot] != future)
        slot++;
    return slot;
}

static struct outcome take_completed(struct run *run, struct actor *self,
                                     const struct action *action)
{
    struct m_future *futures[LIST], *future = NULL;
    int n = listed(run, action, futures);
    struct m_as_completed *iteration = m_as_completed(futures, n, units(run, action->b));
    int64_t status;

    for (int i = 0; i < action->a; i++) {
        status = m_as_completed_next(iteration, &future);
        if (status < 0)
            return outcome_of(status);
        script_tell(self, action, outcome_of(slot_number(run, future)));
    }
    return outcome_of(0);
}

/* Whatever needs a future in slot a that is there. */
static struct outcome with_slot(struct run *run, struct actor *self, const struct action *action)
{
    struct m_future *future = run->slots[action->a];

    if (future == NULL)
        return outcome_nothing();
    switch (action->kind) {
    case DO_AWAIT: return m_await(future);
    case DO_SHIELD_AWAIT: return m_await(m_shield(future));
    case DO_WAIT_FOR: return m_wait_for(future, units(run, action->b));
    case DO_CANCEL: return outcome_of(m_cancel(future));
    case DO_UNCANCEL: return outcome_of(m_uncancel((struct m_task *)future));
    case DO_CANCELLING: return outcome_of(((struct m_task *)future)->cancelling);
    case DO_STATE:
        return (struct outcome){
            .n = 1, .items = {m_done(future) ? m_result(future).status : -COIL_EPENDING}};
    case DO_SHIELD:
        if (run->slots[slot_made_by(self->number)] != NULL)
            return outcome_nothing();
        return keep(run, self, m_shield(future));
    default: break;
    }
    if (m_done(future)) /* SETTLE, FAIL */
        return outcome_nothing();
    m_set(future, outcome_of(action->kind == DO_SETTLE ? action->b : script_error(action->b)));
    return outcome_of(0);
}

static void call_now(void *arg)
{
    struct actor *self = arg;
    struct run *run = self->run;

    run->calls[self->number - TASKS] = NULL;
    script_run(self);
}

static struct outcome do_call(struct run *run, const struct action *action)
{
    struct m_handle **handle = &run->calls[action->a];
    struct actor *callback = &run->actors[TASKS + action->a];

    if ((*handle == NULL) != (action->kind != DO_CALL_CANCEL))
        return outcome_nothing();
    if (action->kind == DO_CALL_CANCEL) {
        m_cancel_handle(*handle);
        *handle = NULL;
    } else if (action->kind == DO_CALL_SOON) {
        *handle = m_call_soon(call_now, callback);
    } else {
        *handle = m_call_later(units(run, action->b), call_now, callback);
    }
    return outcome_of(0);
}

static void done_now(struct m_future *future, void *arg)
{
    struct actor *self = arg;
    struct run *run = self->run;

    (void)future;
    run->watched[self->number - TASKS - CALLS] = NULL;
    script_run(self);
}

static struct outcome do_done(struct run *run, const struct action *action)
{
    struct m_future **watched = &run->watched[action->a];
    struct actor *callback = &run->actors[TASKS + CALLS + action->a];

    if (action->kind == DO_ADD_DONE) {
        if (*watched != NULL || run->slots[action->b] == NULL)
            return outcome_nothing();
        *watched = run->slots[action->b];
        m_add_done_callback(*watched, done_now, callback);
        return outcome_of(0);
    }
    if (*watched == NULL || m_done(*watched)) /* coil would still remove it, asyncio would not */
        return outcome_nothing();
    m_remove_done_callback(*watched, done_now, callback);
    *watched = NULL;
    return outcome_of(0);
}

static struct outcome do_queue(struct run *run, const struct action *action)
{
    struct m_queue_of_items *queue = &run->queues[action->a];

    switch (action->kind) {
    case DO_QUEUE_PUT: return outcome_of(m_queue_put(queue, action->b));
    case DO_QUEUE_PUT_NOWAIT: return outcome_of(m_queue_put_nowait(queue, action->b));
    case DO_QUEUE_GET: return outcome_of(m_queue_get(queue));
    case DO_QUEUE_GET_NOWAIT: return outcome_of(m_queue_get_nowait(queue));
    case DO_QUEUE_TASK_DONE: return outcome_of(m_queue_task_done(queue));
    case DO_QUEUE_JOIN: return outcome_of(m_queue_join(queue));
    default: break;
    }
    m_queue_shutdown(queue, action->b);
    return outcome_of(0);
}

static struct outcome do_sync(struct run *run, const struct action *action)
{
    int a = action->a;

    switch (action->kind) {
    case DO_SEMAPHORE_RELEASE: return outcome_of(m_semaphore_release(&run->semaphores[a]));
    case DO_CONDITION_WAIT: return outcome_of(m_condition_wait(&run->conditions[a]));
    case DO_CONDITION_NOTIFY: m_condition_notify(&run->conditions[a], action->b); break;
    case DO_EVENT_WAIT: return outcome_of(m_event_wait(&run->events[a]));
    case DO_EVENT_SET: m_event_set(&run->events[a]); break;
    case DO_EVENT_CLEAR: run->events[a].value = false; break;
    case DO_BARRIER_WAIT: return outcome_of(m_barrier_wait(&run->barriers[a]));
    case DO_BARRIER_RESET: return outcome_of(m_barrier_reset(&run->barriers[a]));
    case DO_BARRIER_ABORT: return outcome_of(m_barrier_abort(&run->barriers[a]));
    default: return do_queue(run, action);
    }
    return outcome_of(0);
}

static struct outcome perform(struct actor *self, const struct action *action)
{
    struct run *run = self->run;
    struct scope *scope;

    switch ((enum action_kind)action->kind) {
    case DO_SLEEP: return outcome_of(m_sleep(units(run, action->a)));
    case DO_YIELD: return outcome_of(m_yield());
    case DO_RAISE: return outcome_of(script_error(action->b));
    case DO_COUNT: return outcome_of(m_count_tasks());
    case DO_CREATE: return create(run, action->a, NULL);
    case DO_GROUP_CREATE:
        scope = script_scope(self, DO_GROUP, 0);
        return create(run, action->a, (void *)scope->own);
    case DO_RESCHEDULE:
        scope = script_scope(self, DO_TIMEOUT, action->a);
        if (!m_timeout_reschedule((void *)scope->own, units(run, action->b)))
            return outcome_of(-COIL_ESTOPPED);
        return outcome_of(0);
    case DO_GATHER:
    case DO_GATHER_AWAIT:
    case DO_WAIT: return wait_list(run, self, action);
    case DO_AS_COMPLETED: return take_completed(run, self, action);
    case DO_AWAIT:
    case DO_SHIELD:
    case DO_SHIELD_AWAIT:
    case DO_WAIT_FOR:
    case DO_SETTLE:
    case DO_FAIL:
    case DO_CANCEL:
    case DO_UNCANCEL:
    case DO_CANCELLING:
    case DO_STATE: return with_slot(run, self, action);
    case DO_CALL_SOON:
    case DO_CALL_LATER:
    case DO_CALL_CANCEL: return do_call(run, action);
    case DO_ADD_DONE:
    case DO_REMOVE_DONE: return do_done(run, action);
    default: return do_sync(run, action);
    }
}

static int64_t enter(struct actor *self, struct scope *scope)
{
    struct run *run = self->run;
    const struct action *action = scope->action;

    switch (action->kind) {
    case DO_TIMEOUT: m_timeout_enter((void *)scope->own, units(run, action->a)); return 0;
    case DO_GROUP: m_group_enter((void *)scope->own); return 0;
    case DO_LOCK: return m_lock_acquire(&run->locks[action->a]);
    case DO_SEMAPHORE: return m_semaphore_acquire(&run->semaphores[action->a]);
    default: return m_lock_acquire(&run->conditions[action->a].lock);
    }
}

static int64_t leave(struct actor *self, struct scope *scope, int64_t status)
{
    struct run *run = self->run;
    const struct action *action = scope->action;
    int64_t released;

    switch (action->kind) {
    case DO_TIMEOUT: return m_timeout_exit((void *)scope->own, status);
    case DO_GROUP: return m_group_exit((void *)scope->own, status);
    case DO_LOCK: m_lock_release(&run->locks[action->a]); break;
    case DO_SEMAPHORE:
        released = m_semaphore_release(&run->semaphores[action->a]);
        return released < 0 ? released : status;
    default: m_lock_release(&run->conditions[action->a].lock); break;
    }
    return status;
}

static const struct world model = {now, perform, enter, leave};

static void begin(struct run *run, const struct program *program, struct trace *trace)
{
    static const enum m_queue_kind kinds[QUEUES] = {M_FIFO, M_LIFO, M_PRIORITY};

    run->program = program;
    for (int i = 0; i < TASKS + CALLS + DONES; i++)
        run->actors[i] = (struct actor){&model, run, program, trace, i, NULL};
    for (int i = 0; i < FUTURES; i++)
        run->slots[i] = m_create_future();
    for (int i = 0; i < SEMAPHORES; i++)
        run->semaphores[i] = (struct m_semaphore){.value = 1, .bound = i == 1 ? 1 : -1};
    for (int i = 0; i < BARRIERS; i++)
        run->barriers[i].parties = BARRIER_PARTIES + i;
    for (int i = 0; i < QUEUES; i++) {
        run->queues[i].kind = kinds[i];
        run->queues[i].maxsize = i == 0 ? QUEUE_BOUND : 0;
        run->queues[i].finished.value = true;
    }
}

static void stop(struct m_future *future, void *arg)
{
    (void)future;
    (void)arg;
    m_loop.stopping = true;
}

const char *model_run(const struct program *program, struct trace *trace)
{
    struct run *run;
    bool ended;

    m_loop_reset();
    run = m_alloc(sizeof(*run));
    begin(run, program, trace);
    run->made[0] = true;
    run->slots[slot_of_task(0)] = &m_create_task(run_task, &run->actors[0], false)->future;
    m_add_done_callback(run->slots[slot_of_task(0)], stop, NULL);
    ended = m_run_until_stopped();
    m_loop_reset();
    return ended ? NULL : "the model found that nothing can ever happen any more";
}
