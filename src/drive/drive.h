/*
 * The seam to the world: an operation goes in, its completion comes out. Three drivers serve it: uring, epoll, and the
 * simulator, which owns the clock.
 *
 * The contract
 *   submit   cannot fail: an error arrives through op->done like any result. Never calls done itself.
 *   done     is called exactly once per submitted op, only from inside wait, on the loop's thread.
 *   lent     from submit to done the op, and every byte it points to, belongs to driver and kernel.
 *   cancel   is a request; done still comes, with -ECANCELED or with the result if that was faster. Canceling an op that
 *            is not out is misuse.
 *   wait     the only place that sleeps; returns when something was done, the deadline came, or wake_fd was written.
 *            Deadline COIL_FOREVER: no limit; <= now: look, don't sleep.
 *   now      the only clock.
 *   wake     is writing to wake_fd, an eventfd that the loop owns: from any thread, edge-triggered, never read.
 */
#ifndef COIL_DRIVE_DRIVE_H
#define COIL_DRIVE_DRIVE_H

#include <stdint.h>

#include <coil/loop.h>

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
    union {
        struct {
            int fd;
            uint32_t events; /* POLLIN, POLLOUT ...; the result has the same bits */
        } poll;
        struct {
            struct op_call *block;
        } call;
    };
    uint64_t mine[3]; /* the driver's, while lent */
};

/*
 * A worker cannot be interrupted, so what OP_CALL uses lives in a counted block: one reference is the op's, one the worker's. A
 * cancel detaches at once (done comes with -ECANCELED from the next wait); the worker finishes, and
 * whoever gives the block up last calls free(block).
 */
struct op_call {
    void (*run)(struct op_call *block);  /* in the worker */
    void (*free)(struct op_call *block); /* last reference gone, on any thread */
    struct op *op;                       /* the driver's */
    struct op_call *next;                /* the driver's */
    uint32_t refs;                       /* the driver's, atomic; 0 before submit */
    uint32_t flags;                      /* the driver's */
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
    /* 0; sim only: -EDEADLK when nothing can ever happen (nothing out, no deadline) and `alone` says that no other
     * thread could wake us. */
    int (*wait)(struct driver *driver, int64_t deadline_ns, bool alone);
    int64_t (*now)(struct driver *driver);
};

struct driver {
    const struct driver_ops *ops;
    unsigned out; /* operations lent */
};

extern const struct driver_ops coil__driver_uring;
extern const struct driver_ops coil__driver_epoll;
extern const struct driver_ops coil__driver_sim;

/* Opens the driver of that name; NULL: $COIL_DRIVER, else the first that works. -ENOSYS: no such driver here. */
int coil__driver_open(const char *name, const struct driver_options *options, struct driver **out);

/* Door 9, the only place that asks the world for something. */
void coil__drive_submit(struct driver *driver, struct op *op);

/* Asks for an op that is out to end early. Asking twice is fine. */
void coil__drive_cancel(struct driver *driver, struct op *op);

/* Door 2, called by drivers only: a result comes in. */
void coil__drive_done(struct driver *driver, struct op *op, int64_t result);

#endif
