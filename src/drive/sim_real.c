/*
 * What the simulator waits for in the real world: descriptors that it has not made, words that
 * others may wake. Its clock does not run ahead of the real one meanwhile (sim.c). What is found to
 * have happened comes in by the seed as all else does: with a delay, in any order.
 */
#include <errno.h>

#include "drive/call.h"
#include "drive/futex_wait.h"
#include "drive/sim.h"

/* op->mine, of a child that is waited for: how long its end will take to be told, which is drawn
 * when it is asked for. So children that have all ended are told in an order of the seed's. */
enum { MINE_DELAY = 0 };

#define WOKEN_FOR_NOTHING_ONE_IN 8

/* For coil__polls: an op on a real descriptor is over. What others did there is done, and told at
 * once; a child's end is only seen yet. */
static void real_ready(struct driver *driver, struct op *op, int64_t result)
{
    struct sim_driver *self = sim_of(driver);

    self->real_waits -= op->kind != OP_POLL;
    op->result = result;
    if (op->kind == OP_WAITID)
        op->waitid.look = false;
    if (op->kind == OP_POLL && result >= 0)
        coil__sim_schedule(self, op);
    else if (op->kind == OP_WAITID && result >= 0)
        coil__sim_due_put(self, op, self->now + (int64_t)op->mine[MINE_DELAY]);
    else
        coil__drive_finish(driver, op, result);
}

/* A thread has slept on a word, and used the place where the op's rank was. */
static void thread_back(struct driver *driver, struct op *op)
{
    struct sim_driver *self = sim_of(driver);

    self->real_waits--;
    coil__sim_rank(self, op);
    if (op->result >= 0)
        coil__sim_schedule(self, op);
    else
        coil__drive_finish(driver, op, op->result);
}

int coil__sim_real_open(struct sim_driver *self, int wake_fd)
{
    int err;

    self->threads = coil__calls_open(wake_fd);
    if (self->threads == NULL)
        return -ENOMEM;
    coil__calls_on_back(self->threads, thread_back);
    err = coil__polls_open(&self->polls, &self->driver, real_ready, wake_fd);
    if (err)
        coil__calls_close(self->threads);
    return err;
}

void coil__sim_real_close(struct sim_driver *self)
{
    coil__polls_close(&self->polls);
    coil__calls_close(self->threads);
}

/* By a seed some are woken for nothing, as futex(2) does when a signal comes. */
static void submit_futex(struct sim_driver *self, struct op *op)
{
    if (self->seeded && coil__sim_draw(self) % WOKEN_FOR_NOTHING_ONE_IN == 0) {
        op->result = 0;
        coil__sim_schedule(self, op);
        return;
    }
    coil__futex_submit(self->threads, &self->driver, op);
    self->real_waits += op->stage == STAGE_WORKING;
}

void coil__sim_real_submit(struct sim_driver *self, struct op *op)
{
    if (op->kind == OP_FUTEX) {
        submit_futex(self, op);
        return;
    }
    if (op->kind == OP_SENDFILE && sim_is_ours(op->sendfile.from)) {
        coil__drive_finish(&self->driver, op, -EINVAL); /* read and write will do */
        return;
    }
    if (op->kind == OP_WAITID) {
        op->waitid.look = true;
        op->mine[MINE_DELAY] = (uint64_t)coil__sim_delay(self);
    }
    self->real_waits += op->kind != OP_POLL;
    coil__polls_submit(&self->polls, op);
}

void coil__sim_real_cancel(struct sim_driver *self, struct op *op)
{
    if (op->kind == OP_FUTEX)
        coil__futex_cancel(op);
    else
        coil__polls_cancel(&self->polls, op);
}

/* A child that has ended is reaped when that is told: before, a cancel leaves it as it is. In a
 * world full of trouble somebody else was faster. */
int64_t coil__sim_child_now(struct sim_driver *self, struct op *op)
{
    int64_t result = coil__op_now(op);

    if (result == -EAGAIN)
        self->retry_at = self->now + COIL_MS(1);
    return result == 0 && coil__sim_fault(self) ? -ECHILD : result;
}

void coil__sim_real_look(struct sim_driver *self)
{
    coil__calls_collect(self->threads, &self->driver);
    coil__polls_flush(&self->polls);
}

enum polls_end coil__sim_real_sleep(struct sim_driver *self, int64_t timeout_ns)
{
    enum polls_end end = POLLS_READY;

    if (coil__calls_may_sleep(self->threads))
        end = coil__polls_wait(&self->polls, timeout_ns);
    coil__calls_collect(self->threads, &self->driver);
    return end;
}
