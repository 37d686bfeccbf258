#include "plan.h"

struct drawing {
    const struct recipe *recipe;
    size_t taken;
    uint64_t random;
};

/* splitmix64 where the bytes have ended. */
static int draw(struct drawing *d, int sides)
{
    uint64_t z = d->random += 0x9e3779b97f4a7c15u;

    if (d->taken < d->recipe->size)
        return d->recipe->bytes[d->taken++] % sides;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (int)((z ^ z >> 31) % (uint64_t)sides);
}

/* How often each is drawn. */
static const int weights[ACTIONS] = {
    [SUBMIT] = 8,    [SUBMIT_BYTES] = 6, [SUBMIT_BATCH] = 4, [RUN_BESIDE] = 5,   [CANCEL] = 5,
    [TAKE] = 6,      [GIVE_UP] = 3,      [WAIT_MANY] = 3,    [AS_COMPLETED] = 2, [MAP] = 4,
    [SHUT_DOWN] = 1, [KILL] = 2,         [NAP] = 2,
};

static enum action draw_action(struct drawing *d)
{
    int sum = 0, at;
    enum action action = 0;

    for (int i = 0; i < ACTIONS; i++)
        sum += weights[i];
    for (at = draw(d, sum); at >= weights[action]; action++)
        at -= weights[action];
    return action;
}

/* Workers are forked from us: pools of processes come before there are threads. */
static void draw_pools(struct drawing *d, struct plan *plan)
{
    plan->pools = 1 + draw(d, POOLS);
    for (int i = 0; i < plan->pools; i++) {
        struct pool_plan *pool = &plan->pool[i];

        pool->kind = (enum kind)draw(d, KINDS);
        pool->workers = 1 + (unsigned)draw(d, 3);
        pool->at_once = 1 + (unsigned)draw(d, 3);
        if (pool->kind == PROCESSES && i > 0 && plan->pool[i - 1].kind != PROCESSES)
            pool->kind = LOOPS;
    }
}

static void draw_user(struct drawing *d, const struct plan *plan, struct user_plan *user)
{
    user->in_task = draw(d, 2) == 0;
    user->count = 4 + draw(d, STEPS - 3);
    for (int i = 0; i < user->count; i++) {
        struct step *step = &user->steps[i];

        step->action = draw_action(d);
        step->deed = (enum deed)draw(d, DEEDS);
        step->pool = draw(d, plan->pools);
        step->slot = draw(d, SLOTS);
        step->n = 1 + draw(d, ITEMS);
    }
}

void plan_draw(const struct recipe *recipe, struct plan *plan)
{
    struct drawing d = {.recipe = recipe, .random = recipe->seed};

    *plan = (struct plan){0};
    draw_pools(&d, plan);
    plan->users = 1 + draw(&d, USERS);
    for (int i = 0; i < plan->users; i++)
        draw_user(&d, plan, &plan->user[i]);
}

static const char *const kinds[] = {"threads", "loops", "processes"};
static const char *const deeds[] = {"quick", "yields", "lasts", "fails", "nests"};
static const char *const actions[] = {
    "submit",    "submit_bytes", "submit_batch", "run_beside", "cancel", "take", "give_up",
    "wait_many", "as_completed", "map",          "shut_down",  "kill",   "nap"};

void plan_print(const struct plan *plan, FILE *file)
{
    for (int i = 0; i < plan->pools; i++)
        fprintf(file, "pool %d: %u %s, %u at once\n", i, plan->pool[i].workers,
                kinds[plan->pool[i].kind], plan->pool[i].at_once);
    for (int i = 0; i < plan->users; i++) {
        const struct user_plan *user = &plan->user[i];

        fprintf(file, "user %d, a %s:\n", i, user->in_task ? "task" : "thread");
        for (int s = 0; s < user->count; s++)
            fprintf(file, "    %s pool %d slot %d: %s, %d\n", actions[user->steps[s].action],
                    user->steps[s].pool, user->steps[s].slot, deeds[user->steps[s].deed],
                    user->steps[s].n);
    }
}
