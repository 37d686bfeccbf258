#include "drive/uring_take.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "drive/files.h"
#include "drive/ring_send.h"
#include "drive/uring_accept.h"
#include "drive/uring_ask.h"
#include "drive/uring_slots.h"
#include "mach/sys_io.h"

#define UNASKED ((int64_t)(POLLERR | POLLHUP))
#define PORTION 20 /* completions made by one enter, as long as nobody waits for more */
#define ROUNDS 16

/* Datagrams are short because they are. */
static bool is_stream(struct slot *slot)
{
    return coil__uring_sort(slot) == SORT_STREAM;
}

void coil__uring_learn(struct uring_driver *self, struct slot *slot, const struct op *op,
                       int64_t result)
{
    bool plain = (op->kind == OP_RECV || op->kind == OP_SEND) && op->rw.flags == 0;
    bool less = plain && result > 0 && (uint64_t)result < op->rw.size && is_stream(slot);

    if (lane_of(slot, op) == &slot->reads && op->kind != OP_ACCEPT)
        slot->dry = less || result == -EAGAIN ? self->turn : 0;
    else if (lane_of(slot, op) == &slot->writes && op->kind != OP_CONNECT)
        slot->full = less || result == -EAGAIN ? self->turn : 0;
}

static void finish(struct uring_driver *self, struct slot *slot, struct op *op, int64_t result)
{
    if (has_note(op, NOTE_CLOSED)) {
        self->orphans--;
        if (result < 0)
            result = -EBADF;
    } else if (op->state == OP_CANCELING && (result == -EINTR || result == -EAGAIN)) {
        result = -ECANCELED;
    }
    coil__uring_slot_remove(self, slot, op);
    coil__drive_finish(&self->driver, op, result);
}

static bool is_wanted(const struct op *op)
{
    return op->state != OP_CANCELING && !has_note(op, NOTE_CLOSED);
}

bool coil__uring_do_now(struct uring_driver *self, struct slot *slot, struct op *op)
{
    int64_t result = coil__op_now_on(op, &slot->nature);

    coil__uring_learn(self, slot, op, result);
    if (result == -EAGAIN)
        return false;
    if (op->kind == OP_ACCEPT && result >= 0)
        coil__uring_slot_born(self, slot, (int)result);
    finish(self, slot, op, result);
    return true;
}

/* The descriptor is ready, as far as poll can tell. */
static void go_on(struct uring_driver *self, struct slot *slot, struct op *op)
{
    if (!is_wanted(op))
        finish(self, slot, op, -ECANCELED);
    else if (coil__uring_do_now(self, slot, op))
        return;
    else if (coil__op_blocks(op, slot->nature))
        coil__uring_slot_lend(self, slot, op);
    else
        coil__uring_slot_again(self, slot, op);
}

static void end_poll(struct uring_driver *self, struct slot *slot, struct op *op, int64_t result)
{
    if (result > 0 && op->kind != OP_POLL) {
        go_on(self, slot, op);
    } else if (result != 0) {
        finish(self, slot, op, result);
    } else if (!is_wanted(op)) {
        finish(self, slot, op, -ECANCELED);
    } else {
        set_note(op, NOTE_LASTING);
        coil__uring_slot_again(self, slot, op);
    }
}

/*
 * A one-shot poll of io_uring also ends by POLLRDHUP that nobody asked for: a writer whose peer has
 * half closed would go round and round. Such an op is asked again as a multishot poll, which tells
 * changes only, and removed at its first real result. Whatever came first counts (op->result keeps
 * it); the op is over when the kernel says that there is no more.
 */
static void take_poll(struct uring_driver *self, struct slot *slot, struct op *op,
                      const struct uring_cqe *completion)
{
    int64_t result = completion->result == -ETIME ? POLLOUT : completion->result;

    if (result > 0)
        result &= coil__uring_events(op) | UNASKED;
    if (op->result == 0)
        op->result = result;
    if (!(completion->flags & URING_CQE_MORE))
        end_poll(self, slot, op, op->result);
    else if (result != 0)
        coil__uring_slot_leave(self, slot, op);
}

/* The kernel would rather not try again: then we do. */
static void take_result(struct uring_driver *self, struct slot *slot, struct op *op,
                        const struct uring_cqe *completion)
{
    int64_t result = coil__uring_answer(op, completion->result);
    bool again = result == -EAGAIN || result == -EINTR || result == -ECANCELED;

    if (op->kind == OP_CONNECT && (result == -EALREADY || result == -EINPROGRESS)) {
        result = -EAGAIN;
        again = true;
    }
    if (again && is_wanted(op)) {
        if (result == -EAGAIN)
            set_note(op, NOTE_POLL);
        coil__uring_slot_again(self, slot, op);
        return;
    }
    if (nature_is_file(slot->nature))
        self->file_results++;
    if (!has_note(op, NOTE_CLOSED)) {
        coil__uring_learn(self, slot, op, result);
        if (completion->flags & URING_CQE_SOCK_NONEMPTY)
            slot->dry = 0;
    }
    if (op->kind == OP_ACCEPT && result >= 0)
        coil__uring_slot_born(self, slot, (int)result);
    finish(self, slot, op, result);
}

static void take_op(struct uring_driver *self, struct op *op, const struct uring_cqe *completion)
{
    struct slot *slot = uring_slot_on(self, op);

    if (op->kind == OP_POLL || has_note(op, NOTE_POLL))
        take_poll(self, slot, op, completion);
    else
        take_result(self, slot, op, completion);
}

/* If it was not the socket that failed, there is no room left. */
static void take_send(struct uring_driver *self, const struct uring_cqe *completion)
{
    const struct drive_send *send = coil__ring_send_failed(completion);
    struct slot *slot = uring_slot_find(self, send->fd);

    if (slot != NULL && (send->result >= 0 || send->result == -EAGAIN))
        slot->full = self->turn;
}

void coil__uring_take_all(struct uring_driver *self)
{
    struct uring_cqe completion;

    while (coil__ring_take(&self->ring, &completion)) {
        uint64_t user = completion.user_data;

        if (user == USER_WAKE) {
            self->woken = true;
            self->wake_asked = (completion.flags & URING_CQE_MORE) != 0;
        } else if (user & USER_ACCEPTOR) {
            coil__acceptor_take_completion(
                self, (struct acceptor *)(uintptr_t)(user & ~(uint64_t)USER_ACCEPTOR), &completion);
        } else if (user & RING_SEND) {
            take_send(self, &completion);
        } else if (user != USER_REMOVAL) {
            take_op(self, (struct op *)(uintptr_t)user, &completion);
        }
    }
}

void coil__uring_take_rest(struct uring_driver *self, uint32_t brought)
{
    for (int i = 0; i < ROUNDS && (brought == 1 || brought >= PORTION); i++) {
        uint32_t before = self->file_results;

        if (!coil__ring_keeps_back(&self->ring) || coil__ring_enter(&self->ring, 0) != 0)
            break;
        coil__uring_take_all(self);
        brought = self->file_results - before;
    }
}

/* Only sendfile comes back with nothing done. */
void coil__uring_take_back(struct driver *driver, struct op *op)
{
    struct uring_driver *self = container_of(driver, struct uring_driver, driver);
    struct slot *slot = uring_slot_on(self, op);

    if (op->kind == OP_FUTEX) {
        coil__drive_finish(driver, op, op->result); /* it has no place */
        return;
    }
    if (op->result != -EAGAIN || !is_wanted(op)) {
        finish(self, slot, op, op->result);
    } else {
        op->result = 0;
        set_note(op, NOTE_POLL);
        coil__uring_slot_again(self, slot, op);
    }
    coil__uring_slot_back(self, op);
}
