/* A bare io_uring: the system calls and the two rings, for one thread. SINGLE_ISSUER and
 * DEFER_TASKRUN, so that nothing runs but inside of ring_enter. */
#ifndef BENCH_IO_RING_H
#define BENCH_IO_RING_H

#include <errno.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../bench.h"

enum { RING_SQES = 4096, RING_CQES = 16384 };

struct ring {
    int fd;
    unsigned tail; /* of the requests, not yet published */
    unsigned *sq_head, *sq_tail;
    unsigned *cq_head, *cq_tail;
    unsigned sq_mask, cq_mask;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
};

static inline void *ring_map(int fd, size_t size, off_t what)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);

    if (at == MAP_FAILED)
        bench_die("mmap of a ring");
    return at;
}

static inline void ring_open(struct ring *ring)
{
    struct io_uring_params p = {
        .flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER |
                 IORING_SETUP_DEFER_TASKRUN,
        .cq_entries = RING_CQES,
    };
    char *rings;
    unsigned *array;
    size_t size, other;

    ring->fd = (int)syscall(SYS_io_uring_setup, RING_SQES, &p);
    if (ring->fd < 0)
        bench_die("io_uring_setup");
    size = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
    other = p.sq_off.array + p.sq_entries * sizeof *array;
    size = size > other ? size : other; /* both are in one mapping */
    rings = ring_map(ring->fd, size, IORING_OFF_SQ_RING);
    ring->sqes = ring_map(ring->fd, p.sq_entries * sizeof *ring->sqes, IORING_OFF_SQES);
    ring->sq_head = (unsigned *)(void *)(rings + p.sq_off.head);
    ring->sq_tail = (unsigned *)(void *)(rings + p.sq_off.tail);
    ring->cq_head = (unsigned *)(void *)(rings + p.cq_off.head);
    ring->cq_tail = (unsigned *)(void *)(rings + p.cq_off.tail);
    ring->cqes = (struct io_uring_cqe *)(void *)(rings + p.cq_off.cqes);
    ring->sq_mask = p.sq_entries - 1;
    ring->cq_mask = p.cq_entries - 1;
    ring->tail = *ring->sq_tail;
    array = (unsigned *)(void *)(rings + p.sq_off.array);
    for (unsigned i = 0; i < p.sq_entries; i++)
        array[i] = i;
}

/* Submits what is new, and waits for so many completions. */
static inline void ring_enter(struct ring *ring, unsigned wait)
{
    unsigned count;

    __atomic_store_n(ring->sq_tail, ring->tail, __ATOMIC_RELEASE);
    count = ring->tail - __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE);
    if (syscall(SYS_io_uring_enter, ring->fd, count, wait, IORING_ENTER_GETEVENTS, NULL, 0) < 0 &&
        errno != EINTR && errno != EBUSY)
        bench_die("io_uring_enter");
}

static inline struct io_uring_sqe *ring_sqe(struct ring *ring)
{
    struct io_uring_sqe *sqe;

    while (ring->tail - __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE) > ring->sq_mask)
        ring_enter(ring, 0);
    sqe = &ring->sqes[ring->tail++ & ring->sq_mask];
    memset(sqe, 0, sizeof *sqe);
    return sqe;
}

/* The oldest completion, or NULL; ring_seen lets it go. */
static inline struct io_uring_cqe *ring_peek(struct ring *ring)
{
    unsigned head = *ring->cq_head;

    if (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE))
        return NULL;
    return &ring->cqes[head & ring->cq_mask];
}

static inline void ring_seen(struct ring *ring)
{
    __atomic_store_n(ring->cq_head, *ring->cq_head + 1, __ATOMIC_RELEASE);
}

#endif
