/* What never suspends, done by coil. */
#include "coil_world.h"

int64_t coil_units(const struct coil_run *run, int n)
{
    return n == FOREVER ? COIL_FOREVER : n * run->program->unit_ns;
}

int coil_listed(struct coil_run *run, const struct action *action, struct coil_future **futures)
{
    int n = 0;

    for (int i = 0; i < action->n; i++)
        if (run->slots[action->list[i]] != NULL)
            futures[n++] = run->slots[action->list[i]];
    return n;
}

struct outcome coil_told(struct coil_result result, int list)
{
    struct coil_result *results = result.value;
    struct outcome outcome = {.status = result.status};

    if (result.status < 0 || list == 0)
        return outcome;
    outcome.n = list;
    for (int i = 0; i < list; i++)
        outcome.items[i] = results[i].status;
    return outcome;
}

static void count_drop(void *counter)
{
    ++*(int *)counter;
}

static coil_async struct coil_result run_task(void *arg)
{
    struct actor *self = arg;
    struct coil_run *run = self->run;
    int64_t status = script_run(self);

    if (self->number == 0)
        script_epilogue(self);
    if (status < 0)
        return coil_error(status);
    run->made[slot_of_task(self->number)]++;
    return (struct coil_result){status, &run->dropped[slot_of_task(self->number)]};
}

struct outcome coil_create(struct coil_run *run, int number, struct coil_task_group *group)
{
    const struct program_task *task = &run->program->task[number];
    struct coil_task_options options = {.eager = task->eager, .drop_result = count_drop};
    struct coil_future **slot = &run->slots[slot_of_task(number)], *made;

    if (run->begun[number])
        return outcome_nothing();
    run->begun[number] = true;
    if (group != NULL) {
        options.eager = false;
        made = coil_task_group_create_task_with(group, run_task, &run->actors[number], &options);
        if (coil_future_done(made)) {
            run->begun[number] = false;
            return outcome_of(coil_future_result(made).status);
        }
        coil_future_ref(made);
    } else if (task->kind == TASK_WITH_STACK) {
        made = coil_create_task_with(run_task, &run->actors[number], &options);
    } else {
        made = coil_create_small(run, number, &options);
    }
    *slot = made;
    return outcome_of(0);
}

static struct outcome keep(struct coil_run *run, struct actor *self, const struct action *action)
{
    struct coil_future *futures[LIST], **slot = &run->slots[slot_made_by(self->number)];
    int n = coil_listed(run, action, futures);

    if (*slot != NULL)
        return outcome_nothing();
    if (action->kind == DO_SHIELD) {
        if (run->slots[action->a] == NULL)
            return outcome_nothing();
        *slot = coil_shield(run->slots[action->a]);
        run->lists[slot_made_by(self->number)] = run->lists[action->a];
        return outcome_of(0);
    }
    if (n == 0)
        return outcome_nothing();
    *slot = coil_gather(futures, (size_t)n, action->a ? COIL_RETURN_EXCEPTIONS : 0);
    run->lists[slot_made_by(self->number)] = n;
    return outcome_of(0);
}

static struct outcome settle(struct coil_run *run, const struct action *action)
{
    struct coil_future *future = run->slots[action->a];

    if (coil_future_done(future))
        return outcome_nothing();
    if (action->kind == DO_SETTLE) {
        run->made[action->a]++;
        coil_future_set_result(future, (struct coil_result){action->b, &run->dropped[action->a]},
                               count_drop);
    } else {
        coil_future_set_exception(future, script_error(action->b), "as the script says");
    }
    return outcome_of(0);
}

static struct outcome with_slot(struct coil_run *run, const struct action *action)
{
    struct coil_future *future = run->slots[action->a];

    if (future == NULL)
        return outcome_nothing();
    switch (action->kind) {
    case DO_CANCEL: return outcome_of(coil_future_cancel(future, "as the script says"));
    case DO_UNCANCEL: return outcome_of(coil_task_uncancel(future));
    case DO_CANCELLING: return outcome_of(coil_task_cancelling(future));
    case DO_STATE: return (struct outcome){.n = 1, .items = {coil_future_result(future).status}};
    default: return settle(run, action);
    }
}

void coil_call_run(void *arg)
{
    script_run(((struct call *)arg)->actor);
}

static struct outcome do_call(struct coil_run *run, const struct action *action)
{
    struct coil_call *call = &run->calls[action->a].call;

    if (coil_call_scheduled(call) != (action->kind == DO_CALL_CANCEL))
        return outcome_nothing();
    if (action->kind == DO_CALL_CANCEL)
        coil_call_cancel(call);
    else if (action->kind == DO_CALL_SOON)
        coil_call_soon(run->loop, call);
    else
        coil_call_later(run->loop, call, coil_units(run, action->b));
    return outcome_of(0);
}

static void done_run(struct coil_future *future, void *arg)
{
    struct done *done = arg;

    (void)future;
    done->waits = false;
    script_run(done->actor);
}

static struct outcome do_done(struct coil_run *run, const struct action *action)
{
    struct done *done = &run->dones[action->a];

    if (action->kind == DO_ADD_DONE) {
        if (done->waits || run->slots[action->b] == NULL)
            return outcome_nothing();
        done->waits = true;
        coil_future_add_done_callback(run->slots[action->b], &done->done, done_run, done);
        return outcome_of(0);
    }
    if (!done->waits || coil_future_done(done->done.future))
        return outcome_nothing();
    if (!coil_future_remove_done_callback(&done->done))
        run->complaint = "a done-callback that waits could not be removed";
    done->waits = false;
    return outcome_of(0);
}

static struct outcome do_queue(struct coil_queue *queue, const struct action *action)
{
    void *item = (void *)(uintptr_t)action->b;
    struct coil_result result;

    switch (action->kind) {
    case DO_QUEUE_PUT_NOWAIT: return outcome_of(coil_queue_put_nowait(queue, item));
    case DO_QUEUE_GET_NOWAIT:
        result = coil_queue_get_nowait(queue);
        return outcome_of(result.status < 0 ? result.status : (int64_t)(uintptr_t)result.value);
    case DO_QUEUE_TASK_DONE: return outcome_of(coil_queue_task_done(queue));
    default: coil_queue_shutdown(queue, action->b, NULL); return outcome_of(0);
    }
}

static struct outcome do_sync(struct coil_run *run, const struct action *action)
{
    int a = action->a;

    switch (action->kind) {
    case DO_SEMAPHORE_RELEASE: return outcome_of(coil_semaphore_release(&run->semaphores[a]));
    case DO_CONDITION_NOTIFY:
        coil_condition_notify(&run->conditions[a], (size_t)action->b);
        return outcome_of(0);
    case DO_EVENT_SET: coil_event_set(&run->events[a]); return outcome_of(0);
    case DO_EVENT_CLEAR: coil_event_clear(&run->events[a]); return outcome_of(0);
    default: return do_queue(&run->queues[a], action);
    }
}

static struct outcome reschedule(struct actor *self, const struct action *action)
{
    struct scope *scope = script_scope(self, DO_TIMEOUT, action->a);
    int64_t delay = coil_units(self->run, action->b);

    return outcome_of(coil_timeout_reschedule((void *)scope->own,
                                              delay == COIL_FOREVER ? delay : coil_time() + delay));
}

struct outcome coil_perform_plainly(struct actor *self, const struct action *action)
{
    struct coil_run *run = self->run;

    switch ((enum action_kind)action->kind) {
    case DO_RAISE:
        return outcome_of(coil_raise(script_error(action->b), "as the script says").status);
    case DO_COUNT: return outcome_of((int64_t)coil_all_tasks(run->loop, NULL, 0));
    case DO_CREATE: return coil_create(run, action->a, NULL);
    case DO_GROUP_CREATE:
        return coil_create(run, action->a, (void *)script_scope(self, DO_GROUP, 0)->own);
    case DO_RESCHEDULE: return reschedule(self, action);
    case DO_GATHER:
    case DO_SHIELD: return keep(run, self, action);
    case DO_SETTLE:
    case DO_FAIL:
    case DO_CANCEL:
    case DO_UNCANCEL:
    case DO_CANCELLING:
    case DO_STATE: return with_slot(run, action);
    case DO_CALL_SOON:
    case DO_CALL_LATER:
    case DO_CALL_CANCEL: return do_call(run, action);
    case DO_ADD_DONE:
    case DO_REMOVE_DONE: return do_done(run, action);
    default: return do_sync(run, action);
    }
}
