/* Makes a program that fails smaller, for as long as it still fails. */
#include "program.h"

#include <string.h>

/* Takes one action out; a block leaves its body behind. */
static void remove_action(struct script *script, int at)
{
    for (int i = 0; i < at; i++) /* the blocks around it */
        if (i + script->actions[i].body >= at)
            script->actions[i].body--;
    memmove(&script->actions[at], &script->actions[at + 1],
            (size_t)(script->count - at - 1) * sizeof(script->actions[0]));
    script->count--;
}

/* An action outside the block that it needs would have no meaning. */
static bool stands_in(const struct script *script, int at, enum action_kind block, int n)
{
    for (int i = 0; i < at; i++)
        if (script->actions[i].kind == block && i + script->actions[i].body >= at && n-- == 0)
            return true;
    return false;
}

static bool holds(const struct script *script, int at, int condition)
{
    for (int i = 0; i < at; i++)
        if (script->actions[i].kind == DO_CONDITION && script->actions[i].a == condition &&
            i + script->actions[i].body >= at)
            return true;
    return false;
}

static bool makes_sense(const struct script *script)
{
    for (int i = 0; i < script->count; i++) {
        const struct action *action = &script->actions[i];

        if (action->kind == DO_RESCHEDULE && !stands_in(script, i, DO_TIMEOUT, action->a))
            return false;
        if (action->kind == DO_GROUP_CREATE && !stands_in(script, i, DO_GROUP, 0))
            return false;
        if ((action->kind == DO_CONDITION_WAIT || action->kind == DO_CONDITION_NOTIFY) &&
            !holds(script, i, action->a))
            return false;
    }
    return true;
}

static bool try_without(struct program *program, int script, int from, int n,
                        bool (*fails)(const struct program *))
{
    static struct program smaller;

    smaller = *program;
    for (int i = 0; i < n; i++)
        remove_action(script_at(&smaller, script), from);
    if (!makes_sense(script_at(&smaller, script)) || !fails(&smaller))
        return false;
    *program = smaller;
    return true;
}

static bool shrink_script(struct program *program, int index, bool (*fails)(const struct program *))
{
    bool any = false;

    for (int n = script_at(program, index)->count; n > 0; n /= 2)
        for (int at = script_at(program, index)->count - n; at >= 0; at--)
            if (at + n <= script_at(program, index)->count &&
                try_without(program, index, at, n, fails))
                any = true;
    return any;
}

static bool simplify(struct program *program, struct action *action,
                     bool (*fails)(const struct program *))
{
    struct action before = *action;

    if (before.policy == POLICY_GO_ON)
        return false;
    action->policy = POLICY_GO_ON;
    if (fails(program))
        return true;
    *action = before;
    return false;
}

void program_shrink(struct program *program, bool (*fails)(const struct program *))
{
    bool again = true;

    while (again) {
        again = false;
        for (int i = 0; i < TASKS + CALLS + DONES; i++)
            again |= shrink_script(program, i, fails);
        for (int i = 0; i < program->tasks; i++)
            for (int k = 0; k < program->task[i].script.count; k++)
                again |= simplify(program, &program->task[i].script.actions[k], fails);
        for (int i = 0; i < program->tasks; i++) {
            struct program_task before = program->task[i];

            program->task[i].kind = TASK_WITH_STACK;
            program->task[i].eager = false;
            if ((before.kind == TASK_WITH_STACK && !before.eager) || !fails(program))
                program->task[i] = before;
        }
    }
}
