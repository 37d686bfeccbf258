#include "script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <coil/result.h>

enum { PATIENCE = 400, ROUNDS = 200 }; /* units before the end; how often all are cancelled then */

void trace_reset(struct trace *trace)
{
    trace->length = 0;
    if (trace->text != NULL)
        trace->text[0] = '\0';
}

void trace_free(struct trace *trace)
{
    free(trace->text);
    *trace = (struct trace){0};
}

static void add(struct trace *trace, const char *text)
{
    size_t n = strlen(text);

    if (trace->length + n + 1 > trace->capacity) {
        trace->capacity = 2 * (trace->length + n) + 4096;
        trace->text = realloc(trace->text, trace->capacity);
        if (trace->text == NULL)
            abort();
    }
    memcpy(trace->text + trace->length, text, n + 1);
    trace->length += n;
}

static const struct {
    int64_t status;
    const char *name;
} names[] = {
    {-ECANCELED, "ECANCELED"},
    {-ETIMEDOUT, "ETIMEDOUT"},
    {-EIO, "EIO"},
    {-ENOENT, "ENOENT"},
    {-EINVAL, "EINVAL"},
    {-EAGAIN, "EAGAIN"},
    {-EOVERFLOW, "EOVERFLOW"},
    {-EDEADLK, "EDEADLK"},
    {-COIL_EPENDING, "EPENDING"},
    {-COIL_ESHUTDOWN, "ESHUTDOWN"},
    {-COIL_EBROKEN, "EBROKEN"},
    {-COIL_EGROUP, "EGROUP"},
    {-COIL_EENDED, "EENDED"},
    {-COIL_ESTOPPED, "ESTOPPED"},
};

int64_t script_error(int number)
{
    return number % 2 ? -EIO : -ENOENT;
}

static void add_status(struct trace *trace, int64_t status)
{
    char text[32];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].status == status) {
            add(trace, names[i].name);
            return;
        }
    snprintf(text, sizeof(text), "%lld", (long long)status);
    add(trace, text);
}

static void add_outcome(struct trace *trace, struct outcome outcome)
{
    if (outcome.nothing) {
        add(trace, "-");
        return;
    }
    if (outcome.n == 0) {
        add_status(trace, outcome.status);
        return;
    }
    for (int i = 0; i < outcome.n; i++) {
        add(trace, i == 0 ? "[" : ",");
        add_status(trace, outcome.items[i]);
    }
    add(trace, "]");
}

const struct script *script_of(const struct actor *self)
{
    return script_at((struct program *)(uintptr_t)self->program, self->number);
}

/* "1500000 T3.7 WAIT_FOR ETIMEDOUT": the time, who, which of its actions, how it ended. */
void script_tell(struct actor *self, const struct action *action, struct outcome outcome)
{
    const struct script *script = script_of(self);
    const char *who = self->number < TASKS ? "T" : self->number < TASKS + CALLS ? "C" : "D";
    int number = self->number < TASKS           ? self->number
                 : self->number < TASKS + CALLS ? self->number - TASKS
                                                : self->number - TASKS - CALLS;
    bool of_script = action >= script->actions && action < script->actions + script->count;
    char text[96];

    snprintf(text, sizeof(text), "%lld %s%d.%d %s ", (long long)self->world->now(self), who, number,
             of_script ? (int)(action - script->actions) : -1, kind_infos[action->kind].name);
    add(self->trace, text);
    add_outcome(self->trace, outcome);
    add(self->trace, "\n");
}

struct scope *script_scope(struct actor *self, enum action_kind kind, int n)
{
    for (struct scope *at = self->scope; at != NULL; at = at->outer)
        if (at->action->kind == kind && n-- == 0)
            return at;
    return NULL;
}

static struct outcome do_told(struct actor *self, struct action action)
{
    struct outcome outcome = self->world->perform(self, &action);

    script_tell(self, &action, outcome);
    return outcome;
}

/* What is left of an error after the action's policy. */
static int64_t apply_policy(struct actor *self, const struct action *action, int64_t status)
{
    struct outcome pause;

    if (status >= 0 || self->number >= TASKS)
        return 0;
    switch ((enum policy)action->policy) {
    case POLICY_GO_ON: return 0;
    case POLICY_UNCANCEL:
        if (status != -ECANCELED)
            return status;
        do_told(self,
                (struct action){.kind = DO_UNCANCEL, .a = (int16_t)slot_of_task(self->number)});
        return 0;
    case POLICY_CLEANUP:
        pause = do_told(self, (struct action){.kind = DO_SLEEP, .a = 1});
        return pause.status < 0 ? pause.status : status;
    case POLICY_RAISE: break;
    }
    return status;
}

static int64_t run_actions(struct actor *self, const struct action *from, const struct action *to);

static struct outcome run_block(struct actor *self, const struct action *action)
{
    struct scope scope = {.outer = self->scope, .action = action};
    int64_t status = self->world->enter(self, &scope);

    if (status < 0)
        return outcome_of(status);
    script_tell(self, action, outcome_of(0));
    self->scope = &scope;
    status = run_actions(self, action + 1, action + 1 + action->body);
    self->scope = scope.outer;
    return outcome_of(self->world->leave(self, &scope, status));
}

static int64_t run_actions(struct actor *self, const struct action *from, const struct action *to)
{
    for (const struct action *at = from; at < to; at += 1 + at->body) {
        bool block = kind_infos[at->kind].flags & BLOCK;
        struct outcome outcome = block ? run_block(self, at) : self->world->perform(self, at);
        int64_t status;

        script_tell(self, at, outcome);
        status = apply_policy(self, at, outcome.status);
        if (status < 0)
            return status;
    }
    return 0;
}

int64_t script_run(struct actor *self)
{
    const struct script *script = script_of(self);
    int64_t status = run_actions(self, script->actions, script->actions + script->count);

    return status < 0 ? status : script_result(self->number);
}

static struct outcome quietly(struct actor *self, struct action action)
{
    return self->world->perform(self, &action);
}

/* Whoever swallows a cancellation gets another one: scripts have an end. */
void script_epilogue(struct actor *self)
{
    struct outcome left = do_told(self, (struct action){.kind = DO_SLEEP, .a = PATIENCE});

    for (int i = 0; i < CALLS; i++)
        do_told(self, (struct action){.kind = DO_CALL_CANCEL, .a = (int16_t)i});
    left = do_told(self, (struct action){.kind = DO_COUNT});
    for (int round = 0; round == 0 || (left.status > 1 && round < ROUNDS); round++) {
        for (int slot = 0; slot < SLOTS; slot++)
            if (slot != slot_of_task(0))
                quietly(self, (struct action){.kind = DO_CANCEL, .a = (int16_t)slot});
        do_told(self, (struct action){.kind = DO_SLEEP, .a = 2});
        left = do_told(self, (struct action){.kind = DO_COUNT});
    }
    for (int slot = 0; slot < SLOTS; slot++) {
        struct action state = {.kind = DO_STATE, .a = (int16_t)slot};

        left = self->world->perform(self, &state);
        if (!left.nothing)
            script_tell(self, &state, left);
    }
    for (int i = 0; i < 5; i++) /* what callbacks there are run before the end */
        quietly(self, (struct action){.kind = DO_YIELD});
}
