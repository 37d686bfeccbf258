/*
 * The simulator: a driver whose clock is a number, and whose world is in memory: a network, pipes
 * and files of its own. Where others sleep, it sets the clock to the next time at which something
 * happens, so a program that waits for an hour takes no time, and takes the same steps each time.
 *
 *   time    begins at 1,000 s and passes in wait only
 *   calls   run inline, in wait: they block the loop, and must not wait for it
 *   world   what the driver makes is simulated, and has numbers from SIM_FIRST_FD on. Other numbers
 *           are the process's own descriptors (standard streams, pipes to children, pidfds)
 *   polls   of real descriptors are looked at before time moves, and waited for really only if
 *           nothing else is to happen, ever: any timer comes before a descriptor that is not ready
 *   real    as long as any other op is out on a real descriptor, or on a word (OP_FUTEX), the
 *           simulated clock does not run ahead of the real one: before it jumps, the simulator
 *           really waits, as long as the jump. What comes meanwhile comes without simulated time
 *           having passed, but for the delay of a seed
 *   seed    0: what can be done is done at once, in the order of submission. Any other: each op has
 *           a virtual delay, ops due at the same time come in any order, reads and writes are
 *           short, ops are tried in vain, a cancel may be too late, a canceled call may have run,
 *           an attempt may find nothing; all of it drawn in the order of the program's own steps,
 *           so that the same program draws the same
 *   faults  what programs see (resets, full disks, no descriptors) only if it is asked for: so many
 *           per million ops
 */
#include "drive/sim.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "drive/sim_files.h"
#include "drive/sim_net.h"

#define BEGINNING COIL_SECONDS(1000)
#define LONGEST_DELAY COIL_MS(1)
#define VAIN_ONE_IN 8

enum { MINE_RANK = 1 };

/* --- open and close --- */

static uint64_t environment_number(const char *name, uint64_t usual)
{
    const char *text = getenv(name);

    return text != NULL && *text != '\0' ? strtoull(text, NULL, 10) : usual;
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
    self->faults =
        options->faults ? options->faults : (uint32_t)environment_number("COIL_SIM_FAULTS", 0);
    coil__sim_set_disk_bytes(&self->driver, environment_number("COIL_SIM_DISK_BYTES", 0));
    coil__sim_net_init(self);
    err = coil__sim_real_open(self, options->wake_fd);
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
    for (size_t i = 0; i < self->thing_room; i++)
        coil__sim_thing_close(self, SIM_FIRST_FD + (int)i);
    coil__sim_files_fini(self);
    coil__sim_real_close(self);
    mem_free(self->things);
    mem_free(self->due);
    mem_free(self);
}

/* --- an op's way --- */

int64_t coil__sim_delay(struct sim_driver *self)
{
    return coil__sim_heads(self) ? (int64_t)(coil__sim_draw(self) % LONGEST_DELAY) : 0;
}

void coil__sim_schedule(struct sim_driver *self, struct op *op)
{
    coil__sim_due_put(self, op, self->now + coil__sim_delay(self));
}

void coil__sim_rank(struct sim_driver *self, struct op *op)
{
    op->mine[MINE_RANK] = self->seeded ? coil__sim_draw(self) : ++self->submissions;
}

static bool is_closed_here(const struct op *op)
{
    return op->kind == OP_CLOSE && sim_is_ours(op->fd);
}

/* Ops on paths, and ops that are over but for their delay. */
static bool is_loose(const struct op *op)
{
    return op_has_path(op) || op->kind == OP_CALL || is_closed_here(op);
}

/* What happens elsewhere. */
static bool is_real(const struct op *op)
{
    return op->kind == OP_FUTEX || (!is_loose(op) && !sim_is_ours(op->fd));
}

static void submit_on_ours(struct sim_driver *self, struct op *op)
{
    struct sim_thing *thing = coil__sim_thing(self, op->fd);

    if (thing == NULL)
        coil__drive_finish(&self->driver, op, -EBADF);
    else
        coil__sim_thing_wait(self, thing, op);
}

/* A close has its effect at once: the number is free before anybody hears of it. */
static void sim_submit(struct driver *driver, struct op *op)
{
    struct sim_driver *self = sim_of(driver);

    coil__sim_rank(self, op);
    op->link.next = NULL;
    if (is_closed_here(op))
        op->result = coil__sim_thing_close(self, op->fd);
    if (coil__sim_due_reserve(self, driver->out) != 0)
        coil__drive_finish(driver, op, is_closed_here(op) ? op->result : -ENOMEM);
    else if (is_loose(op))
        coil__sim_schedule(self, op);
    else if (is_real(op))
        coil__sim_real_submit(self, op);
    else
        submit_on_ours(self, op);
}

/* It has happened, and will be told: a close, a wake-up, what a poll of the real world has found.
 */
static bool result_known(const struct op *op)
{
    return op->kind == OP_CLOSE || (is_real(op) && op->kind != OP_WAITID);
}

/* An op that is over leaves where it waits. */
static void leave(struct sim_driver *self, struct op *op)
{
    if (!is_loose(op) && !is_real(op))
        coil__sim_thing_leave(self, coil__sim_thing(self, op->fd), op);
}

static int64_t outcome(struct sim_driver *self, struct op *op)
{
    int64_t result;

    if (op->kind == OP_CALL) {
        op->call.block->run(op->call.block);
        return 0;
    }
    if (result_known(op))
        return op->result;
    self->trying = op;
    result = coil__sim_now(self, op);
    self->trying = NULL;
    return result;
}

/* As EINTR and EAGAIN are: the op is tried again later, and nobody knows. */
static bool tried_in_vain(struct sim_driver *self, const struct op *op)
{
    if (!self->seeded || op->kind == OP_CALL || result_known(op))
        return false;
    if (coil__sim_draw(self) % VAIN_ONE_IN != 0)
        return false;
    self->retries++;
    return true;
}

static void try_due(struct sim_driver *self, struct op *op)
{
    int64_t result;

    coil__sim_due_remove(self, op);
    if (tried_in_vain(self, op)) {
        coil__sim_schedule(self, op);
        return;
    }
    result = outcome(self, op);
    if (result != -EAGAIN) {
        leave(self, op);
        coil__drive_finish(&self->driver, op, result);
    } else if (self->retry_at) {
        coil__sim_due_put(self, op, self->retry_at);
    }
}

/* --- cancel --- */

static void cancel_due(struct sim_driver *self, struct op *op)
{
    bool late = coil__sim_heads(self) || op->kind == OP_FUTEX; /* or a wake-up would be lost */
    int64_t result = -ECANCELED;

    coil__sim_due_remove(self, op);
    if (late)
        result = outcome(self, op);
    if (result == -EAGAIN || op->kind == OP_CALL)
        result = -ECANCELED;
    leave(self, op);
    coil__drive_finish(&self->driver, op, result);
}

static void sim_cancel(struct driver *driver, struct op *op)
{
    struct sim_driver *self = sim_of(driver);

    if (op->kind == OP_CLOSE)
        return;
    if (sim_due(op)) {
        cancel_due(self, op);
    } else if (is_real(op)) {
        coil__sim_real_cancel(self, op);
    } else {
        leave(self, op);
        coil__drive_finish(driver, op, -ECANCELED);
    }
}

/* --- wait --- */

/* Tries what is due now. */
static void take_due(struct sim_driver *self)
{
    struct op *op;
    int64_t when;

    while ((op = coil__sim_due_first(self, &when)) != NULL && when <= self->now)
        try_due(self, op);
    coil__polls_flush(&self->polls);
}

/* Looks at the real world. True if wake_fd was written. */
static bool look(struct sim_driver *self, int64_t deadline_ns, bool alone)
{
    bool sleepy = deadline_ns > self->now && list_empty(&self->driver.finished);

    coil__sim_real_look(self);
    if (self->polls.waiting == 0 && (alone || !sleepy))
        return false;
    return coil__polls_wait(&self->polls, 0) == POLLS_WOKEN;
}

/* Where others sleep. True if it must not be done again. */
static bool move_time(struct sim_driver *self, int64_t deadline_ns)
{
    int64_t next = deadline_ns;
    int64_t when;

    if (coil__sim_due_first(self, &when) != NULL && when < next)
        next = when;
    if (next == COIL_FOREVER || (self->real_waits > 0 && next > self->now)) {
        int64_t jump = next == COIL_FOREVER ? next : next - self->now;
        enum polls_end end = coil__sim_real_sleep(self, jump);

        if (end != POLLS_TIMEOUT)
            return end == POLLS_WOKEN;
    }
    self->now = next;
    return next == deadline_ns;
}

static bool nothing_to_come(const struct sim_driver *self, int64_t deadline_ns)
{
    return deadline_ns == COIL_FOREVER && self->due_count == 0 && self->polls.waiting == 0 &&
           self->real_waits == 0;
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
        take_due(self);
    }
    coil__drive_deliver(driver);
    return 0;
}

/* --- the rest --- */

static int64_t sim_attempt(struct driver *driver, struct op *op)
{
    struct sim_driver *self = sim_of(driver);
    const struct sim_thing *thing;

    if (op->kind == OP_CALL || coil__sim_heads(self))
        return -EAGAIN;
    if (is_loose(op))
        return coil__sim_now(self, op);
    if (is_real(op))
        return coil__polls_attempt(&self->polls, op);
    thing = coil__sim_thing(self, op->fd);
    if (thing != NULL && coil__sim_thing_busy(thing, op))
        return -EAGAIN;
    return coil__sim_now(self, op);
}

static int64_t sim_now(struct driver *driver)
{
    return sim_of(driver)->now;
}

static void sim_forget(struct driver *driver, int fd)
{
    struct sim_driver *self = sim_of(driver);
    struct sim_thing *thing = coil__sim_thing(self, fd);

    if (thing != NULL)
        coil__sim_thing_forget(self, thing);
    else
        coil__polls_forget(&self->polls, fd);
}

const struct driver_ops coil__driver_sim = {
    .name = "sim",
    .open = sim_open,
    .close = sim_close,
    .submit = sim_submit,
    .cancel = sim_cancel,
    .attempt = sim_attempt,
    .send = coil__drive_send_singly,
    .wait = sim_wait,
    .now = sim_now,
    .forget = sim_forget,
    .world = &coil__sim_world,
};
