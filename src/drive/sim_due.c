/* Chance and time: a seed's draws, and the heap of what is due. */
#include <errno.h>

#include "base/alloc.h"
#include "drive/sim.h"

/* op->mine, while due. MINE_RANK lasts as long as the op is out. */
enum { MINE_INDEX = 0, MINE_RANK = 1 };

/* splitmix64 */
uint64_t coil__sim_draw(struct sim_driver *self)
{
    uint64_t z = self->random += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

bool coil__sim_heads(struct sim_driver *self)
{
    return self->seeded && coil__sim_draw(self) >> 63;
}

bool coil__sim_fault(struct sim_driver *self)
{
    return self->faults && coil__sim_draw(self) % 1000000 < self->faults;
}

int coil__sim_due_reserve(struct sim_driver *self, size_t count)
{
    size_t capacity = self->due_capacity ? self->due_capacity : 64;
    struct sim_due *due;

    while (capacity < count)
        capacity *= 2;
    if (capacity == self->due_capacity)
        return 0;
    due = mem_realloc(self->due, capacity * sizeof(*due));
    if (due == NULL)
        return -ENOMEM;
    self->due = due;
    self->due_capacity = capacity;
    return 0;
}

static bool before(const struct sim_due *a, const struct sim_due *b)
{
    return a->when != b->when ? a->when < b->when : a->rank < b->rank;
}

static void settle(struct sim_driver *self, size_t index, const struct sim_due *what)
{
    self->due[index] = *what;
    what->op->mine[MINE_INDEX] = index;
}

static void sift_up(struct sim_driver *self, size_t index, const struct sim_due *what)
{
    while (index > 0 && before(what, &self->due[(index - 1) / 2])) {
        settle(self, index, &self->due[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    settle(self, index, what);
}

static void sift_down(struct sim_driver *self, size_t index, const struct sim_due *what)
{
    size_t child;

    while ((child = 2 * index + 1) < self->due_count) {
        if (child + 1 < self->due_count && before(&self->due[child + 1], &self->due[child]))
            child++;
        if (before(what, &self->due[child]))
            break;
        settle(self, index, &self->due[child]);
        index = child;
    }
    settle(self, index, what);
}

void coil__sim_due_put(struct sim_driver *self, struct op *op, int64_t when)
{
    struct sim_due what = {when, op->mine[MINE_RANK], op};

    op->stage = STAGE_DUE;
    sift_up(self, self->due_count++, &what);
}

void coil__sim_due_remove(struct sim_driver *self, struct op *op)
{
    size_t index = op->mine[MINE_INDEX];
    struct sim_due last = self->due[--self->due_count];

    op->stage = STAGE_ASKED;
    if (last.op == op)
        return;
    if (index > 0 && before(&last, &self->due[(index - 1) / 2]))
        sift_up(self, index, &last);
    else
        sift_down(self, index, &last);
}

struct op *coil__sim_due_first(const struct sim_driver *self, int64_t *when)
{
    if (self->due_count == 0)
        return NULL;
    *when = self->due[0].when;
    return self->due[0].op;
}
