/*
 * Descriptors, by one epoll: for the epoll driver, and for the simulator's few real ones.
 *
 * A descriptor of somebody else's, which only OP_POLL is used on, is registered once and armed by
 * one epoll_ctl for each round of interest, one-shot, for all ops that wait on it. One of our own
 * is watched by edges for its whole life (edges.h). What changed is told to the kernel when the
 * loop waits, so an op that is canceled before costs nothing.
 */
#ifndef COIL_DRIVE_POLLS_H
#define COIL_DRIVE_POLLS_H

#include "drive/serve.h"
#include "drive/slots.h"

typedef void polls_ready_fn(struct driver *driver, struct op *op, int64_t result);

struct polls {
    struct driver *driver;
    polls_ready_fn *ready;   /* where an op goes that is over */
    struct call_port *calls; /* who does what may block; NULL: it is done at once, and does */
    int epoll;
    unsigned waiting;       /* ops in the slots */
    uint8_t looks;          /* at the world so far, modulo 256 */
    uint32_t registrations; /* made so far: tells a descriptor from its successor of the same
                               number */
    struct coil_link dirty; /* slots of which the kernel knows too little, or with ops to try */
    struct coil_link again; /* slots with an op to try in a while, though nothing tells when */
    struct poll_slots slots;
};

/* Set `calls` after it, and have what comes back from there handed to coil__polls_back. */
int coil__polls_open(struct polls *polls, struct driver *driver, polls_ready_fn *ready,
                     int wake_fd);
void coil__polls_close(struct polls *polls);

/* Any op but OP_CALL. */
void coil__polls_submit(struct polls *polls, struct op *op);
void coil__polls_cancel(struct polls *polls, struct op *op);
int64_t coil__polls_attempt(struct polls *polls, struct op *op);

/* The work of a worker has ended. */
void coil__polls_back(struct polls *polls, struct op *op);

/* A new life of the number begins: what is out on it ends with -EBADF, but for what a worker is at,
 * which ends by itself. */
void coil__polls_forget(struct polls *polls, int fd);

/* As driver_ops.keep. */
int coil__polls_doom(struct polls *polls, int fd);

/* Tells the kernel what changed, and tries what is new. */
void coil__polls_flush(struct polls *polls);

enum polls_end {
    POLLS_READY, /* of some descriptors; their ops went to `ready`, unless they were canceled
                    meanwhile */
    POLLS_TIMEOUT,
    POLLS_WOKEN, /* wake_fd was written, or a signal came */
};

/* Sleeps, at most so long (0: looks; COIL_FOREVER), for a descriptor or wake_fd. */
enum polls_end coil__polls_wait(struct polls *polls, int64_t timeout_ns);

/* For edges.c and polls_epoll.c: an op leaves its slot; a slot is to be looked at by the next
 * flush. */
static inline void polls_leave(struct polls *polls, struct poll_slot *slot, struct op *op,
                               int64_t result)
{
    list_remove(&op->link);
    polls->waiting--;
    if (op_direction(op) != NEITHER)
        --*slot_queued(slot, op_direction(op));
    polls->ready(polls->driver, op, result);
}

void coil__polls_mark(struct polls *polls, struct poll_slot *slot);

/* Ends the ops of a slot: all, or only those that the kernel had been told of. */
void coil__polls_end_all(struct polls *polls, struct poll_slot *slot, int64_t result,
                         bool only_asked);

/* Registers the descriptor, or changes what is asked of it. Who waited for another file of the same
 * number ends with -EBADF. */
int coil__polls_register(struct polls *polls, struct poll_slot *slot, uint32_t events);

#endif
