/* How an op is told to the kernel. */
#ifndef COIL_DRIVE_URING_ASK_H
#define COIL_DRIVE_URING_ASK_H

#include "drive/uring.h"

enum way {
    WAY_RING,
    WAY_POLL,
    WAY_ACCEPT,
    WAY_WORKER,
};

/* Of a socket; asked for once in the life of the number. */
enum sort coil__uring_sort(struct slot *slot);

/* Which way this op goes. */
enum way coil__uring_way(struct uring_driver *self, struct slot *slot, struct op *op);

/* Fills in the request for an op that goes by ring. 0 or -ENOMEM. */
int coil__uring_ask(struct uring_driver *self, struct slot *slot, struct op *op,
                    struct uring_sqe *request);

/* The request for an op that goes by poll. */
void coil__uring_ask_poll(struct slot *slot, struct op *op, struct uring_sqe *request);

/* What a poll for this op waits for. */
uint32_t coil__uring_events(const struct op *op);

/* Whether the descriptor was seen not to be ready in this turn or the one before: it need not be
 * tried. */
bool coil__uring_was_dry(const struct uring_driver *self, const struct slot *slot,
                         const struct op *op);

/* What the kernel answered, made into the op's result. Once for every ask. */
int64_t coil__uring_answer(struct op *op, int64_t result);

#endif
