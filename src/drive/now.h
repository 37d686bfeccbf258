/*
 * An op's system call, made at once and without waiting: what a driver that hears of readiness does
 * again and again until it succeeds, and what an attempt is on every driver.
 */
#ifndef COIL_DRIVE_NOW_H
#define COIL_DRIVE_NOW_H

#include <assert.h>

#include "drive/drive.h"

/*
 * What a descriptor is, so far as reading and writing without waiting goes. It stays so for the
 * life of the file, so whoever keeps something by descriptor keeps this too. Zero: not looked at.
 */
enum nature {
    NATURE_UNKNOWN,
    NATURE_TCP,             /* a stream of bytes; every call can be told not to wait */
    NATURE_SOCKET,          /* any other, and what one is that has O_NONBLOCK */
    NATURE_BLOCKING_SOCKET, /* accept and connect go by O_NONBLOCK only */
    NATURE_PIPE,            /* with O_NONBLOCK; a stream of bytes */
    NATURE_FILE,            /* regular: never "ready", and slow where the disk has to be asked */
    NATURE_DIRECT,          /* the same past the cache (O_DIRECT): even a try waits for the disk */
    NATURE_STREAM,          /* anything else with O_NONBLOCK */
    NATURE_BLOCKING,        /* anything else without; terminals always, for others may change it */
} __attribute__((packed));

static inline bool nature_is_file(enum nature nature)
{
    return nature == NATURE_FILE || nature == NATURE_DIRECT;
}

static inline bool nature_is_socket(enum nature nature)
{
    return nature == NATURE_TCP || nature == NATURE_SOCKET || nature == NATURE_BLOCKING_SOCKET;
}

/* Of a read or a write, by one part or by several. */
static inline int64_t op_offset(const struct op *op)
{
    static_assert(offsetof(struct op, rw.offset) == offsetof(struct op, vector.offset),
                  "an offset is found without asking which of the two it is");
    return op->rw.offset;
}

/* How many parts of a vector one system call takes; the rest is a short read or write. */
static inline size_t op_parts(const struct op *op)
{
    return op->vector.count < 1024 ? op->vector.count : 1024; /* IOV_MAX */
}

/* A few system calls; NATURE_STREAM if fd is bad: the op itself will tell. */
enum nature coil__nature_of(int fd);

/*
 * The op's result, or -EAGAIN: it would have to wait, or may block the thread (files.h). Retried
 * where it was interrupted. The op is not changed, and may be tried again.
 */
int64_t coil__op_now(struct op *op);

/* -EAGAIN from op_now means that time alone helps: a local listener's queue is full. */
bool coil__op_needs_time(const struct op *op);

/* The connection that was to be accepted broke while it waited for that (see accept(2)), which
 * tells nothing of the next one. EPERM is none of these: the system refuses, and takes no
 * connection. */
bool coil__accept_broke(int64_t result);

/* The same as op_now for whoever remembers the nature of op->fd: looked up when it is needed and
 * unknown. */
int64_t coil__op_now_on(struct op *op, enum nature *nature);

#endif
