#include "drive/polls.h"

#include <errno.h>

#include "drive/edges.h"
#include "drive/files.h"
#include "mach/sys.h"

void coil__polls_mark(struct polls *polls, struct poll_slot *slot)
{
    if (!link_in_list(&slot->link))
        list_append(&polls->dirty, &slot->link);
}

static void enter(struct polls *polls, struct poll_slot *slot, struct op *op)
{
    list_append(&slot->ops, &op->link);
    polls->waiting++;
    if (op_direction(op) != NEITHER)
        ++*slot_queued(slot, op_direction(op));
}

void coil__polls_end_all(struct polls *polls, struct poll_slot *slot, int64_t result,
                         bool only_asked)
{
    struct coil_link *at = slot->ops.next;

    while (at != &slot->ops) {
        struct op *op = op_of(at);

        at = at->next;
        if (op->stage != STAGE_WORKING && (!only_asked || op->stage == STAGE_ASKED))
            polls_leave(polls, slot, op, result);
    }
}

static bool has_worker(const struct poll_slot *slot)
{
    struct coil_link *at;

    list_each (at, &slot->ops)
        if (op_of(at)->stage == STAGE_WORKING)
            return true;
    return false;
}

/* --- the life of a number --- */

static void withdraw_all(struct polls *polls, struct poll_slot *slot)
{
    struct coil_link *at = slot->ops.next;

    while (at != &slot->ops) {
        struct op *op = op_of(at);

        at = at->next;
        if (op->stage == STAGE_WORKING && coil__calls_withdraw(op))
            polls_leave(polls, slot, op, -EBADF);
    }
}

static void forget_slot(struct polls *polls, struct poll_slot *slot)
{
    coil__polls_end_all(polls, slot, -EBADF, false);
    withdraw_all(polls, slot);
    list_leave(&slot->link);
    slot->registration = ++polls->registrations;
    slot->nature = NATURE_UNKNOWN;
    slot->ready = BOTH;
    slot->asked = 0;
    slot->flags &= SLOT_DOOMED;
}

void coil__polls_forget(struct polls *polls, int fd)
{
    struct poll_slot *slot = slot_find(&polls->slots, fd);

    if (slot != NULL)
        forget_slot(polls, slot);
}

/* It will be closed when no worker is at it: who uses the number still is late. */
static bool is_closing(const struct poll_slot *slot)
{
    return slot->closing != NULL || (slot->flags & SLOT_DOOMED);
}

int coil__polls_doom(struct polls *polls, int fd)
{
    struct poll_slot *slot = slot_find(&polls->slots, fd);

    if (slot == NULL || !has_worker(slot))
        return 0;
    if (is_closing(slot))
        return -EBADF;
    slot->flags |= SLOT_DOOMED;
    return 1;
}

static void close_now(struct polls *polls, struct op *op, enum nature nature)
{
    if (polls->calls != NULL && coil__close_blocks(op->fd, nature))
        coil__files_submit(polls->calls, op);
    else
        polls->ready(polls->driver, op, coil__sys_close(op->fd));
}

static void submit_close(struct polls *polls, struct op *op)
{
    struct poll_slot *slot = slot_find(&polls->slots, op->fd);
    enum nature nature = slot != NULL ? slot->nature : NATURE_UNKNOWN;

    if (slot != NULL)
        forget_slot(polls, slot);
    if (slot == NULL || !has_worker(slot))
        close_now(polls, op, nature);
    else if (is_closing(slot))
        polls->ready(polls->driver, op, -EBADF);
    else
        slot->closing = op;
}

/* No worker is at it any more. */
static void close_late(struct polls *polls, struct poll_slot *slot)
{
    struct op *closing = slot->closing;

    slot->closing = NULL;
    slot->flags &= (uint8_t)~SLOT_DOOMED;
    if (closing != NULL)
        close_now(polls, closing, NATURE_UNKNOWN);
    else
        coil__sys_close(slot->fd);
    forget_slot(polls, slot);
}

/* --- ops --- */

/* Of ops on paths there is nothing to remember. */
static void submit_path(struct polls *polls, struct op *op)
{
    if (polls->calls != NULL) {
        coil__files_submit(polls->calls, op);
        return;
    }
    coil__op_block(op);
    polls->ready(polls->driver, op, op->result);
}

/* Some op but OP_POLL is used on it. */
static void own(struct polls *polls, struct poll_slot *slot)
{
    if (slot->flags & SLOT_OWN)
        return;
    slot->flags |= SLOT_OWN;
    if (!list_empty(&slot->ops))
        coil__polls_mark(polls, slot);
}

static void submit_to_slot(struct polls *polls, struct poll_slot *slot, struct op *op)
{
    if (op->kind != OP_POLL)
        own(polls, slot);
    if (op->kind == OP_WAITID && !(slot->asked & READING))
        slot->ready &= (uint8_t)~READING; /* who was just started runs, and the end makes an edge */
    enter(polls, slot, op);
    coil__polls_mark(polls, slot);
}

static __attribute__((noinline)) void submit_any(struct polls *polls, struct op *op)
{
    struct poll_slot *slot;

    if (op_has_path(op)) {
        submit_path(polls, op);
    } else if (op->fd < 0) {
        polls->ready(polls->driver, op, -EBADF);
    } else if (op->kind == OP_CLOSE) {
        submit_close(polls, op);
    } else {
        slot = slot_of(&polls->slots, op->fd);
        if (slot == NULL)
            polls->ready(polls->driver, op, -ENOMEM);
        else
            submit_to_slot(polls, slot, op);
    }
}

/* Whether nothing but an edge can help it, which is asked for already. */
static bool waits_for_edge(const struct poll_slot *slot, const struct op *op)
{
    return op->kind == OP_POLL ? slot_known_empty(slot, op) : slot_waits(slot, op_direction(op));
}

/* Most ops have been tried a moment ago, and wait for the edge. */
void coil__polls_submit(struct polls *polls, struct op *op)
{
    struct poll_slot *slot = slot_find(&polls->slots, op->fd);

    if (slot == NULL || !waits_for_edge(slot, op)) {
        submit_any(polls, op);
        return;
    }
    op->stage = STAGE_ASKED;
    enter(polls, slot, op);
}

/* The kernel is not told: an event for nobody comes at most once and is dropped. */
void coil__polls_cancel(struct polls *polls, struct op *op)
{
    struct poll_slot *slot;

    if (op->kind == OP_CLOSE)
        return;
    if (op->stage == STAGE_WORKING && !coil__calls_withdraw(op))
        return;
    if (op_has_path(op)) {
        polls->ready(polls->driver, op, -ECANCELED);
        return;
    }
    slot = slot_find(&polls->slots, op->fd);
    polls_leave(polls, slot, op, -ECANCELED);
    if (!list_empty(&slot->ops)) /* who waited behind it may go on */
        coil__polls_mark(polls, slot);
}

/* A try in vain counts until the next look at the world, where no edge is asked for that would tell
 * more: who waits then asks for it, and what has come meanwhile makes one at once. So to be wrong,
 * as when 256 looks look like none, costs a request, never a byte. */
static inline int64_t try_now(struct polls *polls, struct poll_slot *slot, struct op *op,
                              enum direction direction)
{
    int64_t result = coil__slot_try(slot, op);

    if (!(slot->ready & direction) && !(slot->asked & direction))
        slot->vain_before = polls->looks;
    return result;
}

static bool tried_in_vain(const struct polls *polls, const struct poll_slot *slot,
                          enum direction direction)
{
    return (direction & ~(unsigned)slot->ready) && slot->vain_before == polls->looks;
}

static __attribute__((noinline)) int64_t attempt_any(struct polls *polls, struct op *op)
{
    enum direction direction = op_direction(op);
    struct poll_slot *slot;
    int64_t result;

    if (op->kind == OP_POLL || op->kind == OP_FUTEX)
        return coil__op_now(op);
    if (!(coil__op_traits[op->kind] & BOTH))
        return -EAGAIN;
    if (op->fd < 0)
        return -EBADF;
    slot = slot_of(&polls->slots, op->fd);
    if (slot == NULL || slot_taken(slot, direction) || tried_in_vain(polls, slot, direction))
        return -EAGAIN;
    own(polls, slot);
    result = try_now(polls, slot, op, direction);
    if (op->kind == OP_ACCEPT && result >= 0)
        coil__edges_begin(polls, slot, (int)result);
    return result;
}

/* Most are bytes of a descriptor that is ours already, and come first, or know that they have to
 * wait. */
int64_t coil__polls_attempt(struct polls *polls, struct op *op)
{
    enum direction direction = op_direction(op);
    struct poll_slot *slot = slot_find(&polls->slots, op->fd);

    if (unlikely(slot == NULL))
        return attempt_any(polls, op);
    if (likely(slot->ready & direction) && likely(slot->flags & SLOT_OWN) &&
        likely(*slot_queued(slot, direction) == 0) && likely(op->kind != OP_ACCEPT))
        return try_now(polls, slot, op, direction);
    return slot_waits(slot, direction) ? -EAGAIN : attempt_any(polls, op);
}

void coil__polls_back(struct polls *polls, struct op *op)
{
    struct poll_slot *slot;

    if (op->kind == OP_OPEN && op->result >= 0)
        coil__polls_forget(polls, (int)op->result);
    if (op_has_path(op) || op->kind == OP_CLOSE) {
        polls->ready(polls->driver, op, op->result);
        return;
    }
    slot = slot_find(&polls->slots, op->fd);
    coil__edges_back(polls, slot, op);
    if (is_closing(slot) && !has_worker(slot))
        close_late(polls, slot);
}
