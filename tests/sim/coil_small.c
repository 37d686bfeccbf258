/*
 * Scripts for tasks without a stack: the interpreter of script.c turned inside out, so that it can
 * be left at any action. Driven as a stackless coroutine and as a foreign one.
 */
#include "coil_world.h"

static void unwind(struct small *self, int64_t status);

/* An action has ended so. */
static void finish(struct small *self, const struct action *action, struct outcome outcome)
{
    int64_t status = outcome.status;

    script_tell(&self->actor, action, outcome);
    self->phase = SMALL_RUNS;
    self->at = action + 1 + action->body;
    if (status >= 0 || action->policy == POLICY_GO_ON)
        return;
    if (action->policy == POLICY_CLEANUP) {
        self->phase = SMALL_CLEANS;
        self->result = status;
    } else if (action->policy == POLICY_UNCANCEL && status == -ECANCELED) {
        struct action uncancel = {.kind = DO_UNCANCEL,
                                  .a = (int16_t)slot_of_task(self->actor.number)};

        script_tell(&self->actor, &uncancel, coil_perform_plainly(&self->actor, &uncancel));
    } else {
        unwind(self, status);
    }
}

/* A body has ended, with an error or at its end. */
static void leave_block(struct small *self, int64_t status)
{
    struct small_frame *frame = &self->frames[self->depth--];

    self->actor.scope = frame->scope.outer;
    finish(self, frame->scope.action,
           outcome_of(coil_world.leave(&self->actor, &frame->scope, status)));
}

static void unwind(struct small *self, int64_t status)
{
    if (self->depth > 0) {
        leave_block(self, status);
        return;
    }
    self->result = status;
    self->ended = true;
}

static void enter_block(struct small *self)
{
    struct small_frame *frame = &self->frames[++self->depth];

    frame->end = self->at + 1 + self->at->body;
    frame->scope = (struct scope){.outer = self->actor.scope, .action = self->at};
    coil_world.enter(&self->actor, &frame->scope);
    script_tell(&self->actor, self->at, outcome_of(0));
    self->actor.scope = &frame->scope;
    self->at++;
}

/* What the action awaits; NULL: there is nothing to await. */
static struct coil_future *awaited(struct small *self, const struct action *action)
{
    struct coil_run *run = self->actor.run;
    struct coil_future *futures[LIST], *future = run->slots[action->a];
    int n;

    if (action->kind == DO_GATHER_AWAIT) {
        n = self->list = coil_listed(run, action, futures);
        return n == 0 ? NULL
                      : coil_gather(futures, (size_t)n, action->a ? COIL_RETURN_EXCEPTIONS : 0);
    }
    if (future == NULL)
        return NULL;
    self->list = run->lists[action->a];
    return action->kind == DO_AWAIT ? coil_future_ref(future) : coil_shield(future);
}

/* Begins the next action. True: it suspends. */
static bool begin(struct small *self, struct coil_resume *step, enum coil_step *how)
{
    const struct action *action = self->at;
    unsigned flags = kind_infos[action->kind].flags;

    if (flags & BLOCK) {
        enter_block(self);
        return false;
    }
    if (!(flags & AWAITS)) {
        finish(self, action, coil_perform_plainly(&self->actor, action));
        return false;
    }
    self->phase = SMALL_AWAITS;
    if (action->kind == DO_SLEEP || action->kind == DO_YIELD) {
        step->delay_ns = coil_units(self->actor.run, action->a);
        *how = action->kind == DO_SLEEP ? COIL_STEP_SLEEP : COIL_STEP_YIELD;
        return true;
    }
    step->future = self->future = awaited(self, action);
    *how = COIL_STEP_AWAIT;
    if (self->future == NULL)
        finish(self, action, outcome_nothing());
    return self->future != NULL;
}

static void take_up(struct small *self, struct coil_result sent)
{
    static const struct action pause = {.kind = DO_SLEEP, .a = 1};
    struct outcome outcome = coil_told(sent, self->future != NULL ? self->list : 0);

    if (self->phase == SMALL_AWAITS) {
        coil_future_unref(self->future);
        self->future = NULL;
        finish(self, self->at, outcome);
    } else if (self->phase == SMALL_CLEANS) {
        script_tell(&self->actor, &pause, outcome_of(sent.status));
        self->phase = SMALL_RUNS;
        unwind(self, sent.status < 0 ? sent.status : self->result);
    }
}

/* To the next suspension. */
static enum coil_step next(struct small *self, struct coil_result sent, struct coil_resume *step)
{
    enum coil_step how = COIL_STEP_YIELD;

    if (self->at == NULL) {
        const struct script *script = script_of(&self->actor);

        self->at = script->actions;
        self->frames[0].end = self->at + script->count;
    } else {
        take_up(self, sent);
    }
    while (!self->ended) {
        if (self->phase == SMALL_CLEANS) {
            step->delay_ns = coil_units(self->actor.run, 1);
            return COIL_STEP_SLEEP;
        }
        if (self->at == self->frames[self->depth].end) {
            if (self->depth == 0)
                unwind(self, script_result(self->actor.number));
            else
                leave_block(self, 0);
        } else if (begin(self, step, &how)) {
            return how;
        }
    }
    return COIL_STEP_RETURN;
}

static struct coil_result result_of(struct small *self)
{
    struct coil_run *run = self->actor.run;
    int slot = slot_of_task(self->actor.number);

    if (self->result < 0)
        return coil_error(self->result);
    run->made[slot]++;
    return (struct coil_result){self->result, &run->dropped[slot]};
}

static enum coil_step stackless(struct coil_stackless *co, struct small *self)
{
    enum coil_step how;

    COIL_BEGIN(co);
    for (;;) {
        how = next(self, co->sent, co->resume);
        if (how == COIL_STEP_AWAIT)
            COIL_AWAIT(co, self->future);
        else if (how == COIL_STEP_SLEEP)
            COIL_SLEEP(co, co->resume->delay_ns);
        else if (how == COIL_STEP_YIELD)
            COIL_YIELD(co);
        else
            COIL_RETURN(co, result_of(self));
    }
    COIL_END(co);
}

static enum coil_step foreign(void *coroutine, struct coil_resume *step)
{
    struct small *self = coroutine;
    enum coil_step how = next(self, step->sent, step);

    if (how == COIL_STEP_RETURN)
        step->result = result_of(self);
    return how;
}

static void close_small(void *state)
{
    struct small *self = state;
    struct coil_run *run = self->actor.run;

    run->closed[self->actor.number]++;
}

struct coil_future *coil_create_small(struct coil_run *run, int number,
                                      const struct coil_task_options *options)
{
    static const struct coil_coroutine_ops ops = {.resume = foreign, .close = close_small};
    struct small *self = &run->smalls[number];
    struct coil_task_options with_drop = *options;

    self->actor = run->actors[number];
    if (run->program->task[number].kind == TASK_OF_OTHERS)
        return coil_create_foreign_task(&ops, self, options);
    with_drop.drop_arg = close_small;
    return coil_create_stackless_task(stackless, self, sizeof(*self), &with_drop);
}
