/*
 * Readiness of descriptors, by one epoll: for the epoll driver, and for the simulator's few real
 * descriptors.
 *
 * A descriptor is registered once and stays so until it is closed; each round of interest arms it
 * by one epoll_ctl, one-shot, for all ops that wait on it. What changed is told to the kernel when
 * the loop waits, so an op that is canceled before costs nothing.
 */
#ifndef COIL_DRIVE_POLLS_H
#define COIL_DRIVE_POLLS_H

#include "drive/serve.h"

typedef void polls_ready_fn(struct driver *driver, struct op *op, int64_t result);

struct poll_slot;

struct polls {
    struct driver *driver;
    polls_ready_fn *ready; /* where an op goes that is over */
    int epoll;
    unsigned waiting;          /* ops in the slots */
    uint32_t registrations;    /* made so far: tells a descriptor from its successor of the same
                                  number */
    struct coil_link dirty;    /* slots of which the kernel knows too little */
    struct poll_slot **chunks; /* slots by descriptor, some at a time */
    size_t chunk_count;
};

int coil__polls_open(struct polls *polls, struct driver *driver, polls_ready_fn *ready,
                     int wake_fd);
void coil__polls_close(struct polls *polls);
void coil__polls_submit(struct polls *polls, struct op *op);
void coil__polls_cancel(struct polls *polls, struct op *op);

/* Tells the kernel what changed. Errors go to `ready`. */
void coil__polls_flush(struct polls *polls);

enum polls_end {
    POLLS_READY, /* of some descriptors; their ops went to `ready`, unless they were canceled
                    meanwhile */
    POLLS_TIMEOUT,
    POLLS_WOKEN, /* wake_fd was written, or a signal came */
};

/* Sleeps, at most so long (0: looks; COIL_FOREVER), for a descriptor or wake_fd. */
enum polls_end coil__polls_wait(struct polls *polls, int64_t timeout_ns);

#endif
