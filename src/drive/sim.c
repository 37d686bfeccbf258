/*
 * The simulator: a driver whose clock is a number. Where others sleep, it sets the clock to the
 * next time at which something happens, so a program that waits for an hour takes no time, and
 * takes the same steps each time.
 *
 *   time    begins at 1,000 s and passes in wait only
 *   calls   run inline, in wait: they block the loop, and must not wait for it
 *   polls   are of real descriptors, which are no part of the simulated world. They are looked at
 * before time moves, and waited for really only if nothing else is to happen, ever: any timer comes
 * before a descriptor that is not ready yet seed    0: what is ready is delivered at once, in the
 * order of submission. Any other: each op has a virtual delay, ops due at the same time come in any
 * order, a cancel may be too late, a canceled call may have run, an attempt may find nothing; all
 * of it drawn when the op is submitted (canceled, attempted), so that the same program draws the
 * same
 */
#include <errno.h>

#include "base/alloc.h"
#include "drive/polls.h"

#define BEGINNING COIL_SECONDS(1000)
#define LONGEST_DELAY COIL_MS(1)

/* op->mine: until it is due, how long it will take from readiness on; then, when. */
enum { MINE_DELAY = 0, MINE_DUE = 0, MINE_RANK = 1 };

struct sim_driver {
    struct driver driver;
    struct polls polls;
    int64_t now;
    bool seeded;
    uint64_t random;      /* the generator's state */
    uint64_t submissions; /* so far: the ranks without a seed */
    struct coil_link due; /* by time and rank */
};

static struct sim_driver *sim_of(struct driver *driver)
{
    return container_of(driver, struct sim_driver, driver);
}

static struct op *op_of(struct coil_link *link)
{
    return container_of(link, struct op, link);
}

/* splitmix64 */
static uint64_t draw(struct sim_driver *self)
{
    uint64_t z = self->random += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Tails half the time; without a seed, always. */
static bool heads(struct sim_driver *self)
{
    return self->seeded && draw(self) >> 63;
}

static bool before(const struct op *a, const struct op *b)
{
    if (a->mine[MINE_DUE] != b->mine[MINE_DUE])
        return a->mine[MINE_DUE] < b->mine[MINE_DUE];
    return a->mine[MINE_RANK] < b->mine[MINE_RANK];
}

/* The op will end so, once its delay is over. */
static void make_due(struct driver *driver, struct op *op, int64_t result)
{
    struct sim_driver *self = sim_of(driver);
    struct coil_link *after = self->due.prev;

    op->stage = STAGE_DUE;
    op->result = result;
    op->mine[MINE_DUE] = (uint64_t)self->now + op->mine[MINE_DELAY];
    while (after != &self->due && before(op, op_of(after)))
        after = after->prev;
    list_prepend(after, &op->link);
}

/* For coil__polls: a descriptor is ready, or cannot be polled, or the op was canceled. */
static void poll_over(struct driver *driver, struct op *op, int64_t result)
{
    if (result == -ECANCELED)
        coil__drive_finish(driver, op, result);
    else
        make_due(driver, op, result);
}

static int sim_open(const struct driver_options *options, struct driver **out)
{
    struct sim_driver *self = mem_zalloc(sizeof(*self));
    int err;

    if (self == NULL)
        return -ENOMEM;
    coil__drive_init(&self->driver, &coil__driver_sim);
    self->now = BEGINNING;
    self->seeded = options->seed != 0;
    self->random = options->seed;
    list_init(&self->due);
    err = coil__polls_open(&self->polls, &self->driver, poll_over, options->wake_fd);
    if (err)
        mem_free(self);
    else
        *out = &self->driver;
    return err;
}

static void sim_close(struct driver *driver)
{
    struct sim_driver *self = sim_of(driver);

    coil__drive_fini(driver);
    coil__polls_close(&self->polls);
    mem_free(self);
}

static void sim_submit(struct driver *driver, struct op *op)
{
    struct sim_driver *self = sim_of(driver);

    op->mine[MINE_RANK] = self->seeded ? draw(self) : ++self->submissions;
    op->mine[MINE_DELAY] = heads(self) ? draw(self) % LONGEST_DELAY : 0;
    if (op->kind == OP_CALL)
        make_due(driver, op, 0);
    else
        coil__polls_submit(&self->polls, op);
}

static void sim_cancel(struct driver *driver, struct op *op)
{
    struct sim_driver *self = sim_of(driver);
    bool late = heads(self);

    if (op->stage != STAGE_DUE) {
        coil__polls_cancel(&self->polls, op);
        return;
    }
    list_remove(&op->link);
    if (late && op->kind == OP_CALL) {
        op->mine[MINE_DELAY] = 0;
        make_due(driver, op, -ECANCELED);
    } else {
        coil__drive_finish(driver, op, late ? op->result : -ECANCELED);
    }
}

/* Finishes what is due now. */
static void take_due(struct sim_driver *self)
{
    while (!list_empty(&self->due)) {
        struct op *op = op_of(self->due.next);

        if (op->mine[MINE_DUE] > (uint64_t)self->now)
            break;
        list_remove(&op->link);
        if (op->kind == OP_CALL)
            op->call.block->run(op->call.block);
        coil__drive_finish(&self->driver, op, op->result);
    }
}

/* Looks at the real world. True if wake_fd was written. */
static bool look(struct sim_driver *self, int64_t deadline_ns, bool alone)
{
    bool sleepy = deadline_ns > self->now && list_empty(&self->driver.finished);

    coil__polls_flush(&self->polls);
    if (self->polls.waiting == 0 && (alone || !sleepy))
        return false;
    return coil__polls_wait(&self->polls, 0) == POLLS_WOKEN;
}

/* Where others sleep. True if it must not be done again. */
static bool move_time(struct sim_driver *self, int64_t deadline_ns)
{
    int64_t next = deadline_ns;

    if (!list_empty(&self->due) && op_of(self->due.next)->mine[MINE_DUE] < (uint64_t)next)
        next = (int64_t)op_of(self->due.next)->mine[MINE_DUE];
    if (next == COIL_FOREVER)
        return coil__polls_wait(&self->polls, COIL_FOREVER) == POLLS_WOKEN;
    self->now = next;
    return next == deadline_ns;
}

static bool nothing_to_come(const struct sim_driver *self, int64_t deadline_ns)
{
    return deadline_ns == COIL_FOREVER && list_empty(&self->due) && self->polls.waiting == 0;
}

static int sim_wait(struct driver *driver, int64_t deadline_ns, bool alone)
{
    struct sim_driver *self = sim_of(driver);
    bool over = look(self, deadline_ns, alone) || deadline_ns <= self->now;

    take_due(self);
    while (!over && list_empty(&driver->finished)) {
        if (alone && nothing_to_come(self, deadline_ns))
            return -EDEADLK;
        over = move_time(self, deadline_ns);
        coil__polls_flush(&self->polls);
        take_due(self);
    }
    coil__drive_deliver(driver);
    return 0;
}

static int64_t sim_attempt(struct driver *driver, struct op *op)
{
    return heads(sim_of(driver)) ? -EAGAIN : coil__drive_attempt(driver, op);
}

static int64_t sim_now(struct driver *driver)
{
    return sim_of(driver)->now;
}

const struct driver_ops coil__driver_sim = {
    .name = "sim",
    .open = sim_open,
    .close = sim_close,
    .submit = sim_submit,
    .cancel = sim_cancel,
    .attempt = sim_attempt,
    .wait = sim_wait,
    .now = sim_now,
    .forget = coil__drive_forget,
    .world = &coil__world_real,
};
