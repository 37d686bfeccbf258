/* What the files that draw programs share. */
#ifndef SIM_DRAW_H
#define SIM_DRAW_H

#include "program.h"

struct drawing {
    const struct recipe *recipe;
    struct program *program;
    uint64_t random;
    size_t taken;      /* of the recipe's bytes */
    uint64_t left_out; /* kinds that this program does not have: few at a time meet more often */
    bool narrow;       /* one object of each sort, one queue of one sort, and all tasks at once */
    int queue;
    const char *theme; /* the kinds whose names begin so are drawn much more often */
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

/* From the recipe's bytes while there are any; else splitmix64. */
static inline uint64_t next(struct drawing *d)
{
    uint64_t z = d->random += 0x9e3779b97f4a7c15u;

    if (d->taken < d->recipe->size)
        return d->recipe->bytes[d->taken++];
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline int draw(struct drawing *d, int sides)
{
    return (int)(next(d) % (uint64_t)sides);
}

static inline int draw_between(struct drawing *d, int least, int most)
{
    return least + draw(d, most - least + 1);
}

static inline bool one_in(struct drawing *d, int n)
{
    return draw(d, n) == 0;
}

int draw_task(struct drawing *d);

/* Everything about an action but its kind and policy. */
void draw_arguments(struct drawing *d, const struct place *place, struct action *action);

#endif
