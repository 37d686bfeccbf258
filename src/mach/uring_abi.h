/*
 * What we use of the kernel's io_uring interface, written down here because the headers a system
 * ships are often older than its kernel. The numbers are the kernel's and never change.
 */
#ifndef COIL_MACH_URING_ABI_H
#define COIL_MACH_URING_ABI_H

#include <assert.h>
#include <stdint.h>

/* A request. */
struct uring_sqe {
    uint8_t opcode;
    uint8_t flags;
    uint16_t priority;
    int32_t fd;
    uint64_t offset; /* or a second address; TIMEOUT: completions to wait for; MSG_RING: the
                        user_data to deliver */
    uint64_t address;
    uint32_t length;
    uint32_t op_flags; /* poll events, cancel flags, timeout flags, read flags ... */
    uint64_t user_data;
    uint16_t buffer;
    uint16_t personality;
    uint32_t file_index;
    uint64_t address3;
    uint64_t unused;
};

/* A completion. */
struct uring_cqe {
    uint64_t user_data;
    int32_t result;
    uint32_t flags;
};

/* Where the fields of the two rings are in their mappings. */
struct uring_sq_offsets {
    uint32_t head;
    uint32_t tail;
    uint32_t ring_mask;
    uint32_t ring_entries;
    uint32_t flags;
    uint32_t dropped;
    uint32_t array;
    uint32_t unused1;
    uint64_t user_address;
};

struct uring_cq_offsets {
    uint32_t head;
    uint32_t tail;
    uint32_t ring_mask;
    uint32_t ring_entries;
    uint32_t overflow;
    uint32_t cqes;
    uint32_t flags;
    uint32_t unused1;
    uint64_t user_address;
};

struct uring_params {
    uint32_t sq_entries;
    uint32_t cq_entries;
    uint32_t flags;
    uint32_t sq_thread_cpu;
    uint32_t sq_thread_idle;
    uint32_t features;
    uint32_t wq_fd;
    uint32_t unused[3];
    struct uring_sq_offsets sq;
    struct uring_cq_offsets cq;
};

struct uring_timespec {
    int64_t seconds;
    int64_t nanoseconds;
};

/* URING_ENTER_EXT_ARG: a wait with a timeout. `timespec` is the address of a struct uring_timespec,
 * or 0. */
struct uring_getevents_arg {
    uint64_t sigmask;
    uint32_t sigmask_size;
    uint32_t min_wait_us;
    uint64_t timespec;
};

/* URING_REGISTER_PROBE fills `ops`. */
struct uring_probe_op {
    uint8_t op;
    uint8_t unused1;
    uint16_t flags; /* URING_OP_SUPPORTED */
    uint32_t unused2;
};

struct uring_probe {
    uint8_t last_op;
    uint8_t count;
    uint16_t unused1;
    uint32_t unused2[3];
    struct uring_probe_op ops[64];
};

static_assert(sizeof(struct uring_sqe) == 64, "the kernel's size");
static_assert(sizeof(struct uring_cqe) == 16, "the kernel's size");
static_assert(sizeof(struct uring_params) == 120, "the kernel's size");
static_assert(sizeof(struct uring_getevents_arg) == 24, "the kernel's size");
static_assert(sizeof(struct uring_probe) == 16 + 64 * 8, "the kernel's size");

enum { /* uring_params.flags */
       URING_SETUP_CQSIZE = 1U << 3,
       URING_SETUP_CLAMP = 1U << 4,
       URING_SETUP_SUBMIT_ALL = 1U << 7,     /* 5.18 */
       URING_SETUP_COOP_TASKRUN = 1U << 8,   /* 5.19 */
       URING_SETUP_TASKRUN_FLAG = 1U << 9,   /* 5.19 */
       URING_SETUP_SINGLE_ISSUER = 1U << 12, /* 6.0 */
       URING_SETUP_DEFER_TASKRUN = 1U << 13, /* 6.1 */
       URING_SETUP_NO_SQARRAY = 1U << 16,    /* 6.6 */
};

enum { /* uring_params.features */
       URING_FEAT_SINGLE_MMAP = 1U << 0,
       URING_FEAT_NODROP = 1U << 1,
       URING_FEAT_EXT_ARG = 1U << 8,    /* 5.11 */
       URING_FEAT_NO_IOWAIT = 1U << 17, /* 6.15 */
};

enum { /* what to map from the ring's descriptor */
       URING_OFF_SQ_RING = 0,
       URING_OFF_CQ_RING = 0x8000000,
       URING_OFF_SQES = 0x10000000,
};

enum { /* in the ring's own flags word */
       URING_SQ_CQ_OVERFLOW = 1U << 1,
       URING_SQ_TASKRUN = 1U << 2,
};

enum { /* flags of io_uring_enter */
       URING_ENTER_GETEVENTS = 1U << 0,
       URING_ENTER_EXT_ARG = 1U << 3,
       URING_ENTER_REGISTERED_RING = 1U << 4,
       URING_ENTER_ABS_TIMER = 1U << 5, /* 6.12: the timespec is a deadline */
       URING_ENTER_NO_IOWAIT = 1U << 7, /* 6.15: who sleeps here does not wait for a disk */
};

enum { /* uring_sqe.opcode */
       URING_OP_NOP = 0,
       URING_OP_READV = 1,
       URING_OP_WRITEV = 2,
       URING_OP_FSYNC = 3,
       URING_OP_POLL_ADD = 6,
       URING_OP_POLL_REMOVE = 7,
       URING_OP_SENDMSG = 9,
       URING_OP_RECVMSG = 10,
       URING_OP_TIMEOUT = 11,
       URING_OP_TIMEOUT_REMOVE = 12,
       URING_OP_ACCEPT = 13,
       URING_OP_ASYNC_CANCEL = 14,
       URING_OP_CONNECT = 16,
       URING_OP_OPENAT = 18,
       URING_OP_CLOSE = 19,
       URING_OP_STATX = 21,
       URING_OP_READ = 22,
       URING_OP_WRITE = 23,
       URING_OP_SEND = 26,
       URING_OP_RECV = 27,
       URING_OP_RENAMEAT = 35,   /* 5.11 */
       URING_OP_UNLINKAT = 36,   /* 5.11 */
       URING_OP_MKDIRAT = 37,    /* 5.15 */
       URING_OP_MSG_RING = 40,   /* 5.18 */
       URING_OP_SOCKET = 45,     /* 5.19, as are multishot accept and POLL_FIRST */
       URING_OP_WAITID = 50,     /* 6.7 */
       URING_OP_FUTEX_WAIT = 51, /* 6.7 */
};

enum { /* uring_sqe.flags */
       URING_SQE_IO_LINK = 1U << 2,
       URING_SQE_CQE_SKIP_SUCCESS = 1U << 6, /* 5.17 */
};

enum { /* uring_cqe.flags */
       URING_CQE_MORE = 1U << 1,
       URING_CQE_SOCK_NONEMPTY = 1U << 2, /* 5.19 */
};

enum {
    URING_POLL_ADD_MULTI = 1U << 0,   /* uring_sqe.length of POLL_ADD */
    URING_RECVSEND_POLL_FIRST = 1,    /* uring_sqe.priority of RECV ... SENDMSG */
    URING_ACCEPT_MULTISHOT = 1,       /* uring_sqe.priority of ACCEPT */
    URING_FSYNC_DATASYNC = 1U << 0,   /* uring_sqe.op_flags of FSYNC */
    URING_TIMEOUT_ABS = 1U << 0,      /* uring_sqe.op_flags of TIMEOUT */
    URING_ASYNC_CANCEL_ALL = 1U << 0, /* uring_sqe.op_flags of ASYNC_CANCEL */
    URING_ASYNC_CANCEL_ANY = 1U << 2,
    URING_MSG_DATA = 0,           /* uring_sqe.address of MSG_RING */
    URING_OP_SUPPORTED = 1U << 0, /* uring_probe_op.flags */
    URING_FUTEX_U32 = 2, /* uring_sqe.fd of FUTEX_WAIT: the size; shared, as it is not PRIVATE */
};

#define URING_FUTEX_ANY 0xffffffffu /* uring_sqe.address3 of FUTEX_WAIT: whoever wakes */

enum { /* io_uring_register */
       URING_REGISTER_PROBE = 8,
       URING_REGISTER_ENABLE_RINGS = 12,
       URING_REGISTER_RING_FDS = 20,
       URING_UNREGISTER_RING_FDS = 21,
};

#endif
