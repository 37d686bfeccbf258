/*
 * What is remembered of each descriptor, by its number. A slot serves file after file; each begins
 * a new life of the number, and nothing of the one before may reach it.
 */
#ifndef COIL_DRIVE_SLOTS_H
#define COIL_DRIVE_SLOTS_H

#include "base/list.h"
#include "drive/now.h"

/* As bits: of `ready` and `asked`. */
enum direction { READING, WRITING, NEITHER };
#define BIT(direction) (1u << (direction))
#define BOTH (BIT(READING) | BIT(WRITING))

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
    uint32_t queued[NEITHER]; /* ops of each direction */
    uint8_t nature;           /* enum nature */
    uint8_t ready;            /* directions in which the next try may succeed; all, to begin with */
    uint8_t asked;            /* directions whose edges epoll tells */
    uint8_t flags;            /* enum slot_flag */
};

struct poll_slots {
    struct poll_slot **chunks; /* some at a time */
    size_t chunk_count;
};

/* The slot of a descriptor >= 0, made if need be; NULL: no memory. */
struct poll_slot *coil__slot_of(struct poll_slots *slots, int fd);

/* NULL: there is none. */
struct poll_slot *coil__slot_find(const struct poll_slots *slots, int fd);

void coil__slots_free(struct poll_slots *slots);

/* Which way an op goes that has to keep its place among others; NEITHER: it does not wait for
 * others. */
enum direction coil__op_direction(const struct op *op);

/*
 * coil__op_now, unless the direction is known not to be ready; and what its result says of the
 * descriptor is remembered. -EAGAIN of an op that blocks says nothing.
 */
int64_t coil__slot_try(struct poll_slot *slot, struct op *op);

#endif
