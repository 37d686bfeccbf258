/* Draws a program from a seed. */
#include "draw.h"

#include <string.h>

const struct kind_info kind_infos[] = {
#define X(name, flags, since, weight) {#name, flags, since, weight},
    ACTION_KINDS(X)
#undef X
};

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

static int weight(const struct drawing *d, const struct place *place, int kind)
{
    const struct kind_info *info = &kind_infos[kind];

    if (!fits(d, place, (enum action_kind)kind))
        return 0;
    return strncmp(info->name, d->theme, strlen(d->theme)) == 0 ? 10 * info->weight : info->weight;
}

static enum action_kind draw_kind(struct drawing *d, const struct place *place)
{
    int total = 0, dice;
    enum action_kind kind;

    if (draw_local(d, place, &kind))
        return kind;
    for (int i = 0; i < ACTION_KIND_COUNT; i++)
        total += weight(d, place, i);
    dice = draw(d, total);
    for (int i = 0; i < ACTION_KIND_COUNT; i++)
        if ((dice -= weight(d, place, i)) < 0)
            return (enum action_kind)i;
    return DO_YIELD;
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

/* Whoever was woken just now and is cancelled before its turn comes is where hand-overs get lost.
 */
static void draw_pounce(struct drawing *d, struct script *script)
{
    if (script->count < ACTIONS && one_in(d, 4))
        script->actions[script->count++] =
            (struct action){.kind = DO_CANCEL, .policy = POLICY_GO_ON, .a = (int16_t)draw_task(d)};
}

static void draw_script(struct drawing *d, struct script *script, struct place place, int count)
{
    while (count-- > 0 && script->count < ACTIONS) {
        struct action action = {.kind = (uint8_t)draw_kind(d, &place)};

        action.policy = (uint8_t)draw_policy(d);
        action.b = (int16_t)draw_between(d, 1, 99);
        draw_arguments(d, &place, &action);
        if (runs_away(&place, &action) || (action.kind == DO_WAIT && action.n == 0))
            continue;
        script->actions[script->count++] = action;
        if (kind_infos[action.kind].flags & BLOCK && script->count < ACTIONS)
            draw_body(d, script, &place, ACTIONS - script->count);
        draw_pounce(d, script);
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
    static const char *const themes[] = {
        "none",    "none",      "none",    "LOCK",      "SEMAPHORE", "CONDITION",
        "EVENT",   "QUEUE_GET", "BARRIER", "GATHER",    "SHIELD",    "WAIT",
        "TIMEOUT", "GROUP",     "AS_",     "QUEUE_PUT", "QUEUE_G",   "SEMAPHORE"};
    static const int64_t units[] = {1000, 250000, 1000000, 700000000};
    struct drawing d = {.recipe = recipe, .program = program, .random = recipe->seed};

    memset(program, 0, sizeof(*program));
    program->unit_ns = units[draw(&d, 4)];
    program->tasks = draw_between(&d, 3, one_in(&d, 4) ? TASKS : 9);
    d.left_out = draw_left_out(&d);
    d.narrow = one_in(&d, 2);
    d.queue = draw(&d, QUEUES);
    d.theme = themes[draw(&d, (int)(sizeof(themes) / sizeof(themes[0])))];
    for (int i = 0; i < program->tasks; i++)
        draw_task_script(&d, i);
    for (int i = TASKS; i < TASKS + CALLS + DONES; i++)
        draw_script(&d, script_at(program, i), (struct place){.owner = i}, draw_between(&d, 0, 3));
}
