/*
 * What is remembered of each descriptor, by its number. A slot serves file after file; each begins
 * a new life of the number, and nothing of the one before may reach it.
 */
#ifndef COIL_DRIVE_SLOTS_H
#define COIL_DRIVE_SLOTS_H

#include <assert.h>
#include <poll.h>

#include "base/check.h"
#include "base/list.h"
#include "drive/now.h"

/* Which way an op goes that has to keep its place among others; NEITHER: it does not wait for
 * others. As bits, of `ready` and `asked`. */
enum direction { NEITHER = 0, READING = 1, WRITING = 2, BOTH = 3 };

/* What an op's kind says of it. Who reads or writes waits for its descriptor; who does neither is
 * done to it, or to a path, or polls. */
enum op_trait {
    OP_READS = READING,
    OP_WRITES = WRITING,
    OP_PLACED = 4,  /* at an offset, if it has one, it waits for nobody */
    OP_NAMED = 8,   /* on a path */
    OP_EITHER = 16, /* or, where that is NULL, on the descriptor */
};

extern const uint8_t coil__op_traits[OP_KINDS];

enum slot_flag {
    SLOT_OWN = 1,        /* ours to watch, by edges; else only polled, one-shot */
    SLOT_REGISTERED = 2, /* epoll has it */
    SLOT_UNPOLLABLE = 4, /* epoll does not take it */
    SLOT_SHORT = 8,   /* a short read does not mean that nothing is left: the end, or urgent data */
    SLOT_DOOMED = 16, /* to be closed as soon as no worker is at it */
};

struct poll_slot {
    struct coil_link ops;  /* which are out on it, in the order of submission */
    struct coil_link link; /* in polls->dirty, polls->again, or none */
    struct op *closing;    /* waits for the workers to be through */
    uint32_t registration; /* which one; an event of an older one is stale */
    int fd;
    uint32_t queued[WRITING]; /* ops that read, ops that write; see slot_queued */
    enum nature nature;
    uint8_t ready;       /* directions in which the next try may succeed; all, to begin with */
    uint8_t asked;       /* directions whose edges epoll tells */
    uint8_t flags;       /* enum slot_flag */
    uint8_t vain_before; /* which look at the world an attempt was in vain */
};

static_assert(sizeof(struct poll_slot) == CACHE_LINE, "a slot is one cache line");

#define SLOTS_AT_ONCE 64u

struct poll_slots {
    struct poll_slot **chunks; /* some at a time */
    size_t chunk_count;
};

/* Makes the slot of a descriptor >= 0 that has none; NULL: no memory. */
struct poll_slot *coil__slot_make(struct poll_slots *slots, int fd);

void coil__slots_free(struct poll_slots *slots);

/* NULL: there is none. */
static inline struct poll_slot *slot_find(const struct poll_slots *slots, int fd)
{
    unsigned index = (unsigned)fd / SLOTS_AT_ONCE; /* beyond all chunks if fd is negative */

    if (unlikely(index >= slots->chunk_count) || unlikely(slots->chunks[index] == NULL))
        return NULL;
    return &slots->chunks[index][(unsigned)fd % SLOTS_AT_ONCE];
}

/* The slot of a descriptor >= 0, made if need be; NULL: no memory. */
static inline struct poll_slot *slot_of(struct poll_slots *slots, int fd)
{
    struct poll_slot *slot = slot_find(slots, fd);

    return likely(slot != NULL) ? slot : coil__slot_make(slots, fd);
}

static inline enum direction op_direction(const struct op *op)
{
    unsigned traits = coil__op_traits[op->kind];

    if ((traits & OP_PLACED) && op_offset(op) >= 0)
        return NEITHER;
    return (enum direction)(traits & BOTH);
}

/* Whether it is on a path, and its descriptor means nothing. */
static inline bool op_has_path(const struct op *op)
{
    unsigned traits = coil__op_traits[op->kind];

    static_assert(offsetof(struct op, stat.path) == offsetof(struct op, set.path),
                  "whether there is a path is found without asking of which op");
    return (traits & OP_NAMED) && (!(traits & OP_EITHER) || op->set.path != NULL);
}

/* Whether it would have to wait, as a try has found before; only an edge, told since then, could
 * have changed that. */
static inline bool slot_waits(const struct poll_slot *slot, enum direction direction)
{
    return (direction & slot->asked & ~(unsigned)slot->ready) != 0;
}

/* How many ops of that direction, which is not NEITHER, are out. */
static inline uint32_t *slot_queued(struct poll_slot *slot, enum direction direction)
{
    return &slot->queued[direction - 1];
}

/* Whether others of that direction are before it, or it would have to wait as they do. */
static inline bool slot_taken(struct poll_slot *slot, enum direction direction)
{
    return slot_waits(slot, direction) ||
           (direction != NEITHER && *slot_queued(slot, direction) > 0);
}

/* The edge that a poll for reading waits for is still to come. But an error may stay when all bytes
 * are read (in the queue of errors), and makes no edge any more. */
static inline bool slot_known_empty(const struct poll_slot *slot, const struct op *op)
{
    return op->poll.events == POLLIN && slot_waits(slot, READING) && !(slot->flags & SLOT_SHORT);
}

/* coil__op_now; and what its result says of the descriptor is remembered. -EAGAIN of an op that
 * blocks says nothing. To be asked where slot_waits says no. */
int64_t coil__slot_try(struct poll_slot *slot, struct op *op);

#endif
