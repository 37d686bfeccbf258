/* What an action is done to. */
#include "draw.h"

/* Which of several objects. */
static int16_t draw_object(struct drawing *d, int n)
{
    if (n == QUEUES && d->narrow)
        return (int16_t)d->queue;
    return (int16_t)(d->narrow ? 0 : draw(d, n));
}

/* Short ones, so that things meet; now and then none at all, or a long one. */
static int draw_units(struct drawing *d)
{
    int dice = draw(d, 12);

    return dice == 0 ? 0 : dice == 1 ? draw_between(d, 10, 300) : draw_between(d, 1, 6);
}

static int draw_limit(struct drawing *d)
{
    return one_in(d, 5) ? FOREVER : draw_units(d);
}

/* Something that the owner may wait for without ever waiting for itself. */
static int draw_awaitable(struct drawing *d, int owner)
{
    int tasks = d->program->tasks;

    if (owner >= tasks - 1 || one_in(d, 3))
        return draw(d, FUTURES);
    if (one_in(d, 6))
        return slot_made_by(draw_between(d, owner, tasks - 1));
    return slot_of_task(draw_between(d, owner + 1, tasks - 1));
}

/* The same, but for a gather or shield: those of tasks above only. */
static int draw_child(struct drawing *d, int owner)
{
    int slot = draw_awaitable(d, owner);

    return slot == slot_made_by(owner) ? draw(d, FUTURES) : slot;
}

int draw_task(struct drawing *d)
{
    return slot_of_task(draw_between(d, 1, d->program->tasks - 1));
}

static int draw_slot(struct drawing *d)
{
    int tasks = d->program->tasks;

    if (one_in(d, 3))
        return draw(d, FUTURES);
    return one_in(d, 5) ? slot_made_by(draw(d, tasks)) : draw_task(d);
}

static bool listed(const struct action *action, int slot)
{
    for (int i = 0; i < action->n; i++)
        if (action->list[i] == slot)
            return true;
    return false;
}

/* Twice the same is for gather only: the others take sets. */
static void draw_list(struct drawing *d, struct action *action, int owner)
{
    bool gather = action->kind == DO_GATHER || action->kind == DO_GATHER_AWAIT;
    int wanted = draw_between(d, 1, LIST);

    for (int i = 0; i < wanted; i++) {
        int slot = draw_child(d, owner);

        if (gather || (slot < slot_made_by(0) && !listed(action, slot)))
            action->list[action->n++] = (uint8_t)slot;
    }
}

/*
 * Who holds a condition's lock awaits no task: it could be one that wants the lock back after a
 * wait, which nothing can talk it out of. In asyncio too, the two wait for ever.
 */
static int awaits_as(const struct drawing *d, const struct place *place)
{
    return place->held != 0 ? d->program->tasks : place->owner;
}

static int lowest_bit(unsigned bits)
{
    return __builtin_ctz(bits);
}

static void draw_objects(struct drawing *d, struct action *action)
{
    switch ((enum action_kind)action->kind) {
    case DO_LOCK: action->a = draw_object(d, LOCKS); break;
    case DO_SEMAPHORE:
    case DO_SEMAPHORE_RELEASE: action->a = draw_object(d, SEMAPHORES); break;
    case DO_CONDITION: action->a = draw_object(d, CONDITIONS); break;
    case DO_EVENT_WAIT:
    case DO_EVENT_SET:
    case DO_EVENT_CLEAR: action->a = draw_object(d, EVENTS); break;
    case DO_BARRIER_WAIT:
    case DO_BARRIER_RESET:
    case DO_BARRIER_ABORT: action->a = draw_object(d, BARRIERS); break;
    case DO_QUEUE_PUT:
    case DO_QUEUE_PUT_NOWAIT:
    case DO_QUEUE_GET:
    case DO_QUEUE_GET_NOWAIT:
    case DO_QUEUE_JOIN:
    case DO_QUEUE_TASK_DONE: action->a = draw_object(d, QUEUES); break;
    case DO_QUEUE_SHUTDOWN:
        action->a = draw_object(d, QUEUES);
        action->b = (int16_t)draw(d, 2);
        break;
    default: break;
    }
}

static void draw_flow(struct drawing *d, const struct place *place, struct action *action)
{
    switch ((enum action_kind)action->kind) {
    case DO_GATHER:
    case DO_GATHER_AWAIT:
        draw_list(d, action, awaits_as(d, place));
        action->a = (int16_t)draw(d, 2);
        break;
    case DO_SHIELD: action->a = (int16_t)draw_child(d, place->owner); break;
    case DO_AWAIT:
    case DO_SHIELD_AWAIT: action->a = (int16_t)draw_awaitable(d, awaits_as(d, place)); break;
    case DO_WAIT_FOR:
        action->a = (int16_t)draw_awaitable(d, awaits_as(d, place));
        action->b = (int16_t)draw_limit(d);
        break;
    case DO_WAIT:
    case DO_AS_COMPLETED:
        draw_list(d, action, place->owner);
        action->a = (int16_t)draw(d, action->kind == DO_WAIT ? 3 : action->n + 1);
        action->b = (int16_t)draw_limit(d);
        break;
    case DO_TIMEOUT: action->a = (int16_t)draw_limit(d); break;
    case DO_RESCHEDULE:
        action->a = (int16_t)draw(d, place->scopes);
        action->b = (int16_t)draw_limit(d);
        break;
    case DO_CONDITION_WAIT: action->a = (int16_t)lowest_bit(place->held); break;
    case DO_CONDITION_NOTIFY:
        action->a = (int16_t)lowest_bit(place->held);
        action->b = (int16_t)draw_between(d, 1, 3);
        break;
    default: break;
    }
}

static void draw_basics(struct drawing *d, const struct place *place, struct action *action)
{
    int owner = place->owner;

    switch ((enum action_kind)action->kind) {
    case DO_SLEEP: action->a = (int16_t)draw_units(d); break;
    case DO_SETTLE:
    case DO_FAIL: action->a = (int16_t)draw(d, FUTURES); break;
    case DO_CANCEL:
    case DO_STATE: action->a = (int16_t)draw_slot(d); break;
    case DO_UNCANCEL:
    case DO_CANCELLING:
        action->a = (int16_t)(owner < TASKS && !one_in(d, 3) ? slot_of_task(owner) : draw_task(d));
        break;
    case DO_CREATE:
    case DO_GROUP_CREATE:
        action->a = (int16_t)(owner < d->program->tasks - 1
                                  ? draw_between(d, owner + 1, d->program->tasks - 1)
                                  : owner);
        break;
    case DO_CALL_SOON:
    case DO_CALL_LATER:
    case DO_CALL_CANCEL: action->a = (int16_t)draw(d, CALLS); break;
    case DO_ADD_DONE:
        action->a = (int16_t)draw(d, DONES);
        action->b = (int16_t)draw_slot(d);
        break;
    case DO_REMOVE_DONE: action->a = (int16_t)draw(d, DONES); break;
    default: draw_flow(d, place, action); return;
    }
    if (action->kind == DO_CALL_LATER)
        action->b = (int16_t)draw_units(d);
}

void draw_arguments(struct drawing *d, const struct place *place, struct action *action)
{
    draw_objects(d, action);
    draw_basics(d, place, action);
}
