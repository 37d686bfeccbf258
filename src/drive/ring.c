#include "drive/ring.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <coil/loop.h>

#include "mach/sys.h"

#define SETUP_R_DISABLED (1u << 6) /* 5.10: nothing is bound to a thread before ENABLE_RINGS */
#define FEAT_RSRC_TAGS (1u << 10)  /* 5.13, the version that has multishot poll */

#define SINGLE (URING_SETUP_SUBMIT_ALL | URING_SETUP_TASKRUN_FLAG | URING_SETUP_SINGLE_ISSUER)
#define NEEDED_SETUP (URING_SETUP_CQSIZE | URING_SETUP_CLAMP | SETUP_R_DISABLED)
#define NEEDED_FEATURES \
    ((uint32_t)URING_FEAT_SINGLE_MMAP | URING_FEAT_NODROP | URING_FEAT_EXT_ARG | FEAT_RSRC_TAGS)

/* From the best to what every kernel has that we can use. */
static const uint32_t wishes[] = {
    SINGLE | URING_SETUP_DEFER_TASKRUN | URING_SETUP_NO_SQARRAY,
    SINGLE | URING_SETUP_DEFER_TASKRUN,
    URING_SETUP_SUBMIT_ALL | URING_SETUP_TASKRUN_FLAG | URING_SETUP_COOP_TASKRUN,
    0,
};

static uint32_t acquire(const uint32_t *shared)
{
    return __atomic_load_n(shared, __ATOMIC_ACQUIRE);
}

static void release(uint32_t *shared, uint32_t value)
{
    __atomic_store_n(shared, value, __ATOMIC_RELEASE);
}

static int setup(struct uring_params *params, unsigned requests, unsigned completions,
                 uint32_t without)
{
    int fd = -EINVAL;

    for (size_t i = 0; i < sizeof(wishes) / sizeof(*wishes) && fd == -EINVAL; i++) {
        if (wishes[i] & without)
            continue;
        *params =
            (struct uring_params){.flags = NEEDED_SETUP | wishes[i], .cq_entries = completions};
        fd = coil__sys_uring_setup(requests, params);
    }
    if (fd == -EINVAL || fd == -EPERM || fd == -EACCES)
        return -ENOSYS;
    if (fd >= 0 && (params->features & NEEDED_FEATURES) != NEEDED_FEATURES) {
        coil__sys_close(fd);
        return -ENOSYS;
    }
    return fd;
}

static int map(struct ring *ring, const struct uring_params *params)
{
    size_t sq_size = params->sq.array + params->sq_entries * sizeof(uint32_t);
    size_t cq_size = params->cq.cqes + params->cq_entries * sizeof(struct uring_cqe);
    void *memory;
    int err;

    ring->rings_size = sq_size > cq_size ? sq_size : cq_size;
    ring->sqes_size = params->sq_entries * sizeof(struct uring_sqe);
    err = coil__sys_mmap(&ring->rings, ring->rings_size, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_POPULATE, ring->fd, URING_OFF_SQ_RING);
    if (err)
        return err;
    err = coil__sys_mmap(&memory, ring->sqes_size, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_POPULATE, ring->fd, URING_OFF_SQES);
    if (err)
        coil__sys_munmap(ring->rings, ring->rings_size);
    else
        ring->sqes = memory;
    return err;
}

static void find_fields(struct ring *ring, const struct uring_params *params)
{
    char *base = ring->rings;
    uint32_t *array = (uint32_t *)(void *)(base + params->sq.array);

    ring->sq_head = (uint32_t *)(void *)(base + params->sq.head);
    ring->sq_tail = (uint32_t *)(void *)(base + params->sq.tail);
    ring->sq_flags = (uint32_t *)(void *)(base + params->sq.flags);
    ring->sq_mask = params->sq_entries - 1;
    ring->cq_head = (uint32_t *)(void *)(base + params->cq.head);
    ring->cq_tail = (uint32_t *)(void *)(base + params->cq.tail);
    ring->cq_mask = params->cq_entries - 1;
    ring->cqes = (struct uring_cqe *)(void *)(base + params->cq.cqes);
    for (uint32_t i = 0; !(params->flags & URING_SETUP_NO_SQARRAY) && i < params->sq_entries; i++)
        array[i] = i; /* requests go in their order, always */
}

int coil__ring_open(struct ring *ring, unsigned requests, unsigned completions, uint32_t without)
{
    struct uring_params params;
    int err;

    *ring = (struct ring){.fd = setup(&params, requests, completions, without)};
    if (ring->fd < 0)
        return ring->fd;
    ring->setup = params.flags;
    ring->enter_flags = URING_ENTER_GETEVENTS;
    if (params.features & URING_FEAT_NO_IOWAIT)
        ring->enter_flags |= URING_ENTER_NO_IOWAIT;
    err = map(ring, &params);
    if (err)
        coil__sys_close(ring->fd);
    else
        find_fields(ring, &params);
    return err;
}

void coil__ring_close(struct ring *ring)
{
    coil__sys_munmap(ring->sqes, ring->sqes_size);
    coil__sys_munmap(ring->rings, ring->rings_size);
    coil__sys_close(ring->fd);
}

uint64_t coil__ring_operations(struct ring *ring)
{
    struct uring_probe probe = {0};
    uint64_t known = 0;

    if (coil__sys_uring_register(ring->fd, URING_REGISTER_PROBE, &probe, 64) < 0)
        return 0;
    for (unsigned i = 0; i < probe.count && i < 64; i++)
        if (probe.ops[i].flags & URING_OP_SUPPORTED)
            known |= UINT64_C(1) << probe.ops[i].op;
    return known;
}

struct uring_sqe *coil__ring_request(struct ring *ring)
{
    uint32_t tail = *ring->sq_tail;
    struct uring_sqe *request = &ring->sqes[tail & ring->sq_mask];

    if (tail - acquire(ring->sq_head) > ring->sq_mask)
        return NULL;
    memset(request, 0, sizeof(*request));
    release(ring->sq_tail, tail + 1); /* the kernel looks only when entered */
    return request;
}

struct uring_sqe *coil__ring_last(struct ring *ring)
{
    uint32_t tail = *ring->sq_tail;

    return tail == acquire(ring->sq_head) ? NULL : &ring->sqes[(tail - 1) & ring->sq_mask];
}

void coil__ring_take_back(struct ring *ring)
{
    release(ring->sq_tail, *ring->sq_tail - 1);
}

bool coil__ring_overflowed(const struct ring *ring)
{
    return (acquire(ring->sq_flags) & URING_SQ_CQ_OVERFLOW) != 0;
}

bool coil__ring_keeps_back(const struct ring *ring)
{
    return (acquire(ring->sq_flags) & (URING_SQ_TASKRUN | URING_SQ_CQ_OVERFLOW)) != 0;
}

bool coil__ring_has_more(const struct ring *ring)
{
    return acquire(ring->cq_tail) != *ring->cq_head || coil__ring_keeps_back(ring);
}

/* Binds the ring to the calling thread. */
static int enable(struct ring *ring)
{
    int err = coil__sys_uring_register(ring->fd, URING_REGISTER_ENABLE_RINGS, NULL, 0);

    ring->enabled = err >= 0;
    return err;
}

static int enter(struct ring *ring, uint32_t submit, int64_t timeout_ns)
{
    struct uring_timespec limit = {timeout_ns / 1000000000, timeout_ns % 1000000000};
    struct uring_getevents_arg arg = {0};

    if (timeout_ns == 0)
        return coil__sys_uring_enter(ring->fd, submit, 0, ring->enter_flags, NULL, 0);
    if (timeout_ns != COIL_FOREVER)
        arg.timespec = (uintptr_t)&limit;
    return coil__sys_uring_enter(ring->fd, submit, 1, ring->enter_flags | URING_ENTER_EXT_ARG, &arg,
                                 sizeof(arg));
}

int coil__ring_enter(struct ring *ring, int64_t timeout_ns)
{
    uint32_t submit = *ring->sq_tail - acquire(ring->sq_head);
    int err;

    if (timeout_ns == 0 && submit == 0 && !coil__ring_has_more(ring))
        return 0;
    err = ring->enabled ? 0 : enable(ring);
    if (err >= 0)
        err = enter(ring, submit, timeout_ns);
    return err < 0 ? err : 0;
}

bool coil__ring_take(struct ring *ring, struct uring_cqe *out)
{
    uint32_t head = *ring->cq_head;

    if (head == acquire(ring->cq_tail))
        return false;
    *out = ring->cqes[head & ring->cq_mask];
    release(ring->cq_head, head + 1);
    return true;
}
