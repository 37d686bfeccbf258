/*
 * The seam to the world: an operation goes in, its completion comes out. Three drivers serve it:
 * uring, epoll, and the simulator, which owns the clock.
 *
 * The contract
 *   submit   cannot fail: an error arrives through op->done like any result. Never calls done
 *            itself.
 *   done     is called exactly once per submitted op, only from inside wait, on the loop's thread.
 *   lent     from submit to done the op, and every byte it points to, belongs to driver and kernel.
 *   cancel   is a request; done still comes, with -ECANCELED or with the result if that was faster.
 *            Canceling an op that is not out is misuse.
 *   wait     the only place that sleeps; returns when something was done, the deadline came, or
 *            wake_fd was written; it may also return for nothing (a signal came). Deadline
 *            COIL_FOREVER: no limit; <= now: look, don't sleep. What was submitted or canceled
 *            since the last wait is told to the kernel here, in one go. Always called by the same
 *            thread.
 *   now      the only clock.
 *   poll     completes when one of the events asked for, or POLLERR or POLLHUP, is there. A
 *            descriptor that cannot be polled (a regular file) gives -EPERM; on uring it is ready
 *            at once. Whoever closes a descriptor under a poll cancels the poll first; if not, it
 *            may end with -EBADF or stay out until it is canceled, but it never sees the readiness
 *            of another file that gets the same number.
 *   wake     is writing to wake_fd, an eventfd that the loop owns: from any thread, edge-triggered,
 *            never read.
 */
#ifndef COIL_DRIVE_DRIVE_H
#define COIL_DRIVE_DRIVE_H

#include <stdint.h>

#include <coil/loop.h>

#include "base/atomic.h"
#include "mach/workers.h"

enum op_kind {
    OP_POLL, /* readiness of a descriptor of somebody else's */
    OP_CALL, /* run a function where it may block */
    OP_KINDS
};

enum op_state {
    OP_IDLE,      /* the owner's */
    OP_LENT,      /* submitted */
    OP_CANCELING, /* submitted, cancel asked */
};

struct op {
    struct coil_link link;       /* the driver's, while lent */
    void (*done)(struct op *op); /* set by the owner before submit */
    int64_t result;              /* valid in done: >= 0, or a negated error code */
    uint8_t kind;
    uint8_t state;
    uint8_t stage; /* the driver's, while lent: enum op_stage */
    union {
        struct {
            int fd;
            uint32_t events; /* POLLIN, POLLOUT ...; the result has the same bits */
        } poll;
        struct {
            struct op_call *block;
        } call;
    };
    uint64_t mine[2]; /* the driver's, while lent */
};

/*
 * A worker cannot be interrupted, so what OP_CALL uses lives in a counted block: one reference is
 * the op's, one the worker's. The op gives up its own when done returns: done is the last place to
 * look into the block. A cancel detaches at once (done comes with -ECANCELED from the next wait,
 * and the block is out of bounds from the cancel on, for the worker may be writing to it); a call
 * that has not begun then is skipped, one that has is left to finish. Whoever gives the block up
 * last calls free(block). The result of a call that ran is 0.
 */
struct op_call {
    void (*run)(struct op_call *block);  /* in the worker */
    void (*free)(struct op_call *block); /* last reference gone, on any thread */
    /* The drivers'; zero before submit. */
    struct op *op;
    struct op_call *next;
    struct call_port *port;
    struct mach_work work;
    struct word refs;
    struct word state;
};

struct driver;

struct driver_options {
    int wake_fd;
    uint64_t seed; /* sim */
};

struct driver_ops {
    const char *name;
    int (*open)(const struct driver_options *options, struct driver **out);
    void (*close)(struct driver *driver); /* nothing may be out, detached calls excepted */
    void (*submit)(struct driver *driver, struct op *op);
    void (*cancel)(struct driver *driver, struct op *op);
    int64_t (*attempt)(struct driver *driver, struct op *op); /* at once, or -EAGAIN */
    /* 0; sim only: -EDEADLK when nothing can ever happen (nothing out, no deadline) and `alone`
     * says that no other thread could wake us. */
    int (*wait)(struct driver *driver, int64_t deadline_ns, bool alone);
    int64_t (*now)(struct driver *driver);
};

struct driver {
    const struct driver_ops *ops;
    unsigned out;              /* operations lent */
    uint64_t submitted;        /* counters, for whoever looks from outside */
    uint64_t canceled;         /* how often a cancel was asked */
    struct coil_link finished; /* ops whose result is known; the next wait hands them over */
};

extern const struct driver_ops coil__driver_uring;
extern const struct driver_ops coil__driver_epoll;
extern const struct driver_ops coil__driver_sim;

/*
 * Opens the driver of that name; NULL: $COIL_DRIVER, else the first that works of epoll and uring.
 * -ENOSYS: no such driver here; -ENOMEM, -EMFILE ...: not now.
 */
int coil__driver_open(const char *name, const struct driver_options *options, struct driver **out);

/* Door 9, the only place that asks the world for something. */
void coil__drive_submit(struct driver *driver, struct op *op);

/* Asks for an op that is out to end early. Asking twice is fine. */
void coil__drive_cancel(struct driver *driver, struct op *op);

/* Door 2, called by drivers only: a result comes in. */
void coil__drive_done(struct driver *driver, struct op *op, int64_t result);

#endif
