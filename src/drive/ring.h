/* One io_uring: two rings shared with the kernel, and the three system calls. No policy. */
#ifndef COIL_DRIVE_RING_H
#define COIL_DRIVE_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "mach/uring_abi.h"

struct ring {
    int fd;
    bool enabled;
    uint32_t setup;       /* URING_SETUP_... that the kernel granted */
    uint32_t enter_flags; /* of every enter */
    uint32_t *sq_head;    /* the kernel's */
    uint32_t *sq_tail;    /* ours */
    uint32_t *sq_flags;
    uint32_t sq_mask;
    struct uring_sqe *sqes;
    uint32_t *cq_head; /* ours */
    uint32_t *cq_tail; /* the kernel's */
    uint32_t cq_mask;
    struct uring_cqe *cqes;
    void *rings; /* what is mapped */
    size_t rings_size;
    size_t sqes_size;
};

/* -ENOSYS: no io_uring here, or one that is too old or forbidden. Set up with the best flags that
 * the kernel has, but none of `without`. */
int coil__ring_open(struct ring *ring, unsigned requests, unsigned completions, uint32_t without);
void coil__ring_close(struct ring *ring);

/* One bit for each opcode that this kernel has; 0 where it does not tell. */
uint64_t coil__ring_operations(struct ring *ring);

/* A request to fill in, all zero; NULL: enter first. */
struct uring_sqe *coil__ring_request(struct ring *ring);

/* The last request of those that the kernel does not know yet; NULL: it knows all. */
struct uring_sqe *coil__ring_last(struct ring *ring);

/* Takes that one back. */
void coil__ring_take_back(struct ring *ring);

/*
 * Tells the kernel the requests, lets it finish what it can, and sleeps up to the timeout (0: not
 * at all; COIL_FOREVER) for a completion. Costs nothing if there is nothing to tell, nothing to
 * fetch and no sleep wanted. The thread that enters first is the ring's from then on. Returns < 0
 * if the sleep was cut short: -ETIME, -EINTR, -EEXIST (another thread entered first), or an error.
 */
int coil__ring_enter(struct ring *ring, int64_t timeout_ns);

/* There are completions to take or to fetch by entering, as far as can be seen from here. */
bool coil__ring_has_more(const struct ring *ring);

/* The kernel has completions that it only tells when it is entered once more. */
bool coil__ring_keeps_back(const struct ring *ring);

/* Completions had no place in the ring. */
bool coil__ring_overflowed(const struct ring *ring);

/* Takes the oldest completion. */
bool coil__ring_take(struct ring *ring, struct uring_cqe *out);

#endif
