#include "drive/edges.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

#include "drive/files.h"

#define UNASKED (POLLERR | POLLHUP)
#define READ_EVENTS (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLRDNORM | EPOLLRDBAND | EPOLLMSG)
#define WRITE_EVENTS (EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND)

void coil__edges_begin(struct polls *polls, const struct poll_slot *listener, int fd)
{
    struct poll_slot *slot = slot_of(&polls->slots, fd);

    if (slot == NULL)
        return;
    coil__polls_forget(polls, fd);
    if (listener->nature == NATURE_TCP)
        slot->nature = NATURE_TCP;
}

/* The directions whose edges an op waits for. */
static unsigned needs(const struct op *op)
{
    unsigned bits;

    if (op->kind != OP_POLL)
        return op_direction(op);
    bits = op->poll.events & WRITE_EVENTS ? WRITING : 0;
    return bits == 0 || (op->poll.events & READ_EVENTS) ? bits | READING : bits;
}

/* A new poll on a descriptor that is watched already: the next edge may be long in coming. */
static void look(struct polls *polls, struct poll_slot *slot, struct op *op)
{
    int64_t result = -EPERM;

    if (op->stage != STAGE_NEW || (needs(op) & ~slot->asked))
        return;
    if (slot_known_empty(slot, op))
        return;
    if (!(slot->flags & SLOT_UNPOLLABLE))
        result = coil__op_now(op);
    if (result != -EAGAIN)
        polls_leave(polls, slot, op, result);
}

/* A worker takes what may block, and what can neither be done now nor be waited for. */
static int64_t lend(struct polls *polls, struct poll_slot *slot, struct op *op)
{
    if (polls->calls == NULL) {
        coil__op_block(op);
        return op->result;
    }
    if (op->kind == OP_SENDFILE) /* unless there is an edge meanwhile */
        slot->ready &= (uint8_t)~WRITING;
    coil__files_submit(polls->calls, op);
    return -EAGAIN;
}

/* It cannot be done now: -EAGAIN, if it is to stay where it is. */
static __attribute__((noinline)) int64_t stay(struct polls *polls, struct poll_slot *slot,
                                              struct op *op)
{
    if (coil__op_needs_time(op)) {
        if (!link_in_list(&slot->link))
            list_append(&polls->again, &slot->link);
        return -EAGAIN;
    }
    if (coil__op_blocks(op, slot->nature) || (slot->flags & SLOT_UNPOLLABLE) ||
        op_direction(op) == NEITHER)
        return lend(polls, slot, op);
    return -EAGAIN;
}

/* Each direction's ops in order, until one has to wait. */
static void pump(struct polls *polls, struct poll_slot *slot)
{
    struct coil_link *at = slot->ops.next;
    unsigned stuck = 0;

    while (at != &slot->ops) {
        struct op *op = op_of(at);
        enum direction direction = op_direction(op);
        int64_t result;

        at = at->next;
        if (op->kind == OP_POLL) {
            look(polls, slot, op);
            continue;
        }
        if (op->stage == STAGE_WORKING || (direction & (stuck | ~(unsigned)slot->ready))) {
            stuck |= direction;
            continue;
        }
        result = coil__slot_try(slot, op);
        if (result == -EAGAIN)
            result = stay(polls, slot, op);
        else if (op->kind == OP_ACCEPT && result >= 0)
            coil__edges_begin(polls, slot, (int)result);
        if (result == -EAGAIN)
            stuck |= direction;
        else
            polls_leave(polls, slot, op, result);
    }
}

/* The edges to ask for, of those that are not asked yet. */
static unsigned missing(const struct poll_slot *slot)
{
    unsigned bits = 0;
    struct coil_link *at;

    list_each (at, &slot->ops) {
        const struct op *op = op_of(at);

        if (op->kind == OP_POLL)
            bits |= needs(op);
        else if (op->stage != STAGE_WORKING)
            bits |= needs(op) & ~(unsigned)slot->ready;
    }
    return bits & ~(unsigned)slot->asked;
}

/* Reading is asked for in any case: who can be written to is answered, as a rule. */
static int ask(struct polls *polls, struct poll_slot *slot, unsigned bits)
{
    uint32_t events = EPOLLET | READ_EVENTS;
    int err;

    bits |= slot->asked | READING;
    if (bits & WRITING)
        events |= WRITE_EVENTS;
    err = coil__polls_register(polls, slot, events);
    if (err == 0)
        slot->asked = (uint8_t)bits;
    return err;
}

int coil__edges_flush(struct polls *polls, struct poll_slot *slot)
{
    unsigned bits;
    int err;

    pump(polls, slot);
    bits = missing(slot);
    err = bits == 0 ? 0 : ask(polls, slot, bits);
    if (err != -EPERM)
        return err;
    /* It cannot be polled, as what is always ready; so it will not be asked again. */
    slot->flags |= SLOT_UNPOLLABLE;
    slot->asked = BOTH;
    slot->ready = BOTH;
    pump(polls, slot);
    return 0;
}

void coil__edges_end_polls(struct polls *polls, struct poll_slot *slot, uint32_t events)
{
    struct coil_link *at = slot->ops.next;

    while (at != &slot->ops) {
        struct op *op = op_of(at);
        uint32_t hit;

        at = at->next;
        if (op->kind != OP_POLL)
            continue;
        hit = events & ((op->poll.events & POLL_EVENTS) | UNASKED);
        if (hit)
            polls_leave(polls, slot, op, hit);
    }
}

void coil__edges_take(struct polls *polls, struct poll_slot *slot, uint32_t events)
{
    if (events & (READ_EVENTS | UNASKED))
        slot->ready |= READING;
    if (events & (WRITE_EVENTS | UNASKED))
        slot->ready |= WRITING;
    if (events & (EPOLLRDHUP | EPOLLPRI | UNASKED))
        slot->flags |= SLOT_SHORT;
    if (list_empty(&slot->ops))
        return;
    coil__edges_end_polls(polls, slot, events);
    pump(polls, slot);
    if (!list_empty(&slot->ops) && missing(slot))
        coil__polls_mark(polls, slot);
}

void coil__edges_back(struct polls *polls, struct poll_slot *slot, struct op *op)
{
    int64_t result = op->result;

    if (op->kind == OP_SENDFILE && result == -EAGAIN && op->state != OP_CANCELING &&
        slot->closing == NULL) {
        op->stage = STAGE_ASKED; /* as soon as there is room */
        coil__polls_mark(polls, slot);
        return;
    }
    if (op->kind == OP_SENDFILE)
        slot->ready |= WRITING;
    if (result == -EAGAIN)
        result = op->kind != OP_SENDFILE ? -EPERM : slot->closing ? -EBADF : -ECANCELED;
    polls_leave(polls, slot, op, result);
    if (!list_empty(&slot->ops))
        coil__polls_mark(polls, slot);
}
