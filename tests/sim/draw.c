/* Draws a program from a seed. */
#include "program.h"

#include <string.h>

const struct kind_info kind_infos[] = {
#define X(name, flags, since, weight) {#name, flags, since, weight},
    ACTION_KINDS(X)
#undef X
};

struct drawing {
    const struct recipe *recipe;
    struct program *program;
    uint64_t random;
    uint64_t left_out; /* kinds that this program does not have: few at a time meet more often */
    bool narrow;       /* one object of each sort, one queue of one sort, and all tasks at once */
    int queue;
};

/* Where in a script the next action stands. */
struct place {
    int owner;        /* the task; TASKS and more: a callback */
    unsigned allowed; /* flags that its actions may have */
    int scopes;       /* timeouts around it */
    bool in_group;
    unsigned held; /* conditions */
    int depth;
};

/* splitmix64 */
static uint64_t next(struct drawing *d)
{
    uint64_t z = d->random += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int draw(struct drawing *d, int sides)
{
    return (int)(next(d) % (uint64_t)sides);
}

static int draw_between(struct drawing *d, int least, int most)
{
    return least + draw(d, most - least + 1);
}

/* Which of several objects. */
static int16_t draw_object(struct drawing *d, int n)
{
    if (n == QUEUES && d->narrow)
        return (int16_t)d->queue;
    return (int16_t)(d->narrow ? 0 : draw(d, n));
}

static bool one_in(struct drawing *d, int n)
{
    return draw(d, n) == 0;
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

static int draw_task(struct drawing *d)
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

static enum policy draw_policy(struct drawing *d)
{
    switch (draw(d, 8)) {
    case 0:
    case 1: return POLICY_RAISE;
    case 2: return POLICY_CLEANUP;
    case 3: return d->recipe->since >= 13 ? POLICY_UNCANCEL : POLICY_GO_ON;
    default: return POLICY_GO_ON;
    }
}

static bool fits(const struct drawing *d, const struct place *place, enum action_kind kind)
{
    const struct kind_info *info = &kind_infos[kind];

    if (info->since > d->recipe->since || (d->left_out >> kind & 1))
        return false;
    if (place->owner >= TASKS)
        return info->flags & ANYWHERE;
    if (place->owner == 0 &&
        info->flags & (AWAITS | BLOCK)) /* nothing would ever end its waiting */
        return kind == DO_SLEEP || kind == DO_YIELD || kind == DO_TIMEOUT;
    if (info->flags & STACKFUL && !(place->allowed & STACKFUL))
        return false;
    if (place->held != 0 && (kind == DO_CONDITION || kind == DO_GROUP))
        return false; /* see awaits_as */
    return !(info->flags & BLOCK) || place->depth < DEPTH;
}

/* What only makes sense here is likely here. */
static bool draw_local(struct drawing *d, const struct place *place, enum action_kind *kind)
{
    if (place->in_group && one_in(d, 2))
        *kind = DO_GROUP_CREATE;
    else if (place->held != 0 && one_in(d, 2))
        *kind = one_in(d, 2) ? DO_CONDITION_WAIT : DO_CONDITION_NOTIFY;
    else if (place->scopes > 0 && one_in(d, 6))
        *kind = DO_RESCHEDULE;
    else if (d->recipe->disorder && place->owner > 0 && place->allowed & STACKFUL && one_in(d, 6))
        *kind = one_in(d, 3) ? DO_POLL : DO_TO_THREAD;
    else
        return false;
    return true;
}

static enum action_kind draw_kind(struct drawing *d, const struct place *place)
{
    int total = 0, dice;
    enum action_kind kind;

    if (draw_local(d, place, &kind))
        return kind;
    for (int i = 0; i < ACTION_KIND_COUNT; i++)
        if (fits(d, place, (enum action_kind)i))
            total += kind_infos[i].weight;
    dice = draw(d, total);
    for (int i = 0; i < ACTION_KIND_COUNT; i++)
        if (fits(d, place, (enum action_kind)i) && (dice -= kind_infos[i].weight) < 0)
            return (enum action_kind)i;
    return DO_YIELD;
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

/* Callbacks only schedule those above them, so that they come to an end. */
static bool runs_away(const struct place *place, const struct action *action)
{
    if (place->owner < TASKS)
        return false;
    if (action->kind == DO_CALL_SOON || action->kind == DO_CALL_LATER)
        return TASKS + action->a <= place->owner;
    return action->kind == DO_ADD_DONE;
}

static void draw_script(struct drawing *d, struct script *script, struct place place, int count);

static void draw_body(struct drawing *d, struct script *script, const struct place *outer, int left)
{
    int at = script->count - 1;
    struct action *action = &script->actions[at];
    struct place inner = *outer;

    inner.depth++;
    inner.scopes += action->kind == DO_TIMEOUT;
    inner.in_group |= action->kind == DO_GROUP;
    if (action->kind == DO_CONDITION)
        inner.held |= 1u << action->a;
    draw_script(d, script, inner, draw_between(d, 1, left > 6 ? 6 : left));
    action->body = (uint8_t)(script->count - at - 1);
}

static void draw_script(struct drawing *d, struct script *script, struct place place, int count)
{
    while (count-- > 0 && script->count < ACTIONS) {
        struct action action = {.kind = (uint8_t)draw_kind(d, &place)};

        action.policy = (uint8_t)draw_policy(d);
        action.b = (int16_t)draw_between(d, 1, 99);
        draw_objects(d, &action);
        draw_basics(d, &place, &action);
        if (runs_away(&place, &action) || (action.kind == DO_WAIT && action.n == 0))
            continue;
        script->actions[script->count++] = action;
        if (kind_infos[action.kind].flags & BLOCK && script->count < ACTIONS)
            draw_body(d, script, &place, ACTIONS - script->count);
    }
}

static void draw_task_script(struct drawing *d, int index)
{
    struct program_task *task = &d->program->task[index];
    struct place place = {.owner = index};

    task->kind = index == 0 || !one_in(d, 3) ? TASK_WITH_STACK
                 : one_in(d, 2)              ? TASK_WITHOUT
                                             : TASK_OF_OTHERS;
    task->eager = d->recipe->since >= 12 && one_in(d, 8);
    place.allowed = task->kind == TASK_WITH_STACK ? STACKFUL : 0;
    if (index == 0) /* the main one gives life to half of them */
        for (int i = 1; i < d->program->tasks && task->script.count < ACTIONS / 2; i++)
            if (d->narrow || one_in(d, 2))
                task->script.actions[task->script.count++] =
                    (struct action){.kind = DO_CREATE, .policy = POLICY_GO_ON, .a = (int16_t)i};
    draw_script(d, &task->script, place, draw_between(d, 1, 10));
}

/* None, a quarter, half, or three quarters of the kinds; some are always there. */
static uint64_t draw_left_out(struct drawing *d)
{
    uint64_t kept = 1ull << DO_YIELD | 1ull << DO_SLEEP | 1ull << DO_AWAIT | 1ull << DO_CREATE |
                    1ull << DO_CANCEL | 1ull << DO_STATE;
    uint64_t a = next(d), b = next(d);

    switch (draw(d, 4)) {
    case 0: return 0;
    case 1: return a & b & ~kept;
    case 2: return a & ~kept;
    default: return (a | b) & ~kept;
    }
}

void program_draw(const struct recipe *recipe, struct program *program)
{
    static const int64_t units[] = {1000, 250000, 1000000, 700000000};
    struct drawing d = {.recipe = recipe, .program = program, .random = recipe->seed};

    memset(program, 0, sizeof(*program));
    program->unit_ns = units[draw(&d, 4)];
    program->tasks = draw_between(&d, 3, one_in(&d, 4) ? TASKS : 9);
    d.left_out = draw_left_out(&d);
    d.narrow = one_in(&d, 2);
    d.queue = draw(&d, QUEUES);
    for (int i = 0; i < program->tasks; i++)
        draw_task_script(&d, i);
    for (int i = TASKS; i < TASKS + CALLS + DONES; i++)
        draw_script(&d, script_at(program, i), (struct place){.owner = i}, draw_between(&d, 0, 3));
}
