/*
 * The seam to the world: an operation goes in, its completion comes out. Three drivers serve it:
 * uring, epoll, and the simulator, which owns the clock and a network of its own.
 *
 * The contract
 *   submit   cannot fail: an error arrives through op->done like any result. Never calls done
 *            itself.
 *   done     is called exactly once per submitted op, only from inside wait, on the loop's thread.
 *   lent     from submit to done the op, and every byte it points to, belongs to driver and kernel.
 *   cancel   is a request; done still comes, with -ECANCELED or with the result if that was faster.
 *            What was canceled with -ECANCELED has had no effect: no byte was taken or given, no
 *            connection was accepted, no wake-up used up (only the socket of a connect is good for
 *            nothing but close). Canceling an op that is not out is misuse.
 *   attempt  does an op that is not out at once, if that takes no waiting: its result, or -EAGAIN.
 *            On a descriptor that is known not to be ready it costs no system call. It may say
 *            -EAGAIN to anything that it cannot do without waiting (opening a file, a descriptor
 *            with others waiting before this op in the same direction).
 *   send     sends many, each as an attempt would that sends to a socket of its own, in one system
 *            call where the driver can. None of them is lent: all results are there at return.
 *   wait     the only place that sleeps; returns when something was done, the deadline came, or
 *            wake_fd was written; it may also return for nothing (a signal came). Deadline
 *            COIL_FOREVER: no limit; <= now: look, don't sleep. What was submitted or canceled
 *            since the last wait is told to the kernel here, in one go. Always called by the same
 *            thread.
 *   now      the only clock.
 *   order    ops of one direction (reading, writing) on one stream descriptor take effect in the
 *            order in which they were submitted; anything else may overtake.
 *   retries  -EINTR and -EAGAIN never come out of an op: the driver tries again.
 *   signals  no op raises SIGPIPE: the result is -EPIPE.
 *   poll     completes when one of the events asked for, or POLLERR or POLLHUP, is there. A
 *            descriptor that cannot be polled (a regular file) gives -EPERM; on uring it is ready
 *            at once. Whoever closes a descriptor of somebody else's under a poll cancels the poll
 *            first; if not, it may end with -EBADF or stay out until it is canceled, but it never
 *            sees the readiness of another file that gets the same number.
 *   own      a descriptor that any op but OP_POLL was used on, or that the driver made, is the
 *            driver's to watch until it is closed by OP_CLOSE or world->close. Closing ends the ops
 *            that are out on it with -EBADF, but for what a worker has begun, which ends by itself.
 *   flags    a descriptor need not be non-blocking, and its flags are never changed (but a
 *            socket's for the moment of its connect, and for ever by world->listen): it may be
 *            shared with other processes (standard input). What the driver makes is non-blocking
 *            and close-on-exec.
 *   wake     is writing to wake_fd, an eventfd that the loop owns: from any thread, edge-triggered,
 *            never read.
 */
#ifndef COIL_DRIVE_DRIVE_H
#define COIL_DRIVE_DRIVE_H

#include <signal.h>
#include <stdint.h>

#include <coil/loop.h>

#include "base/atomic.h"
#include "base/prefetch.h"
#include "mach/workers.h"

struct call_port;
struct iovec;
struct msghdr;
struct sockaddr;
struct stat;

enum op_kind {
    OP_POLL, /* readiness of a descriptor of somebody else's */
    OP_CALL, /* run a function where it may block */

    /* Data. Results are bytes; 0 is the end of the stream. */
    OP_READ,     /* rw; any descriptor */
    OP_WRITE,    /* rw */
    OP_READV,    /* vector */
    OP_WRITEV,   /* vector */
    OP_RECV,     /* rw, flags */
    OP_SEND,     /* rw, flags */
    OP_RECVMSG,  /* message */
    OP_SENDMSG,  /* message */
    OP_SENDFILE, /* sendfile: from a regular file to a socket or pipe; some bytes at least */

    /* Connections. */
    OP_ACCEPT,  /* accept; the result is the new descriptor */
    OP_CONNECT, /* connect; 0 */

    /* Files. */
    OP_OPEN,     /* open; the result is the new descriptor. Never waits for a FIFO's other end */
    OP_CLOSE,    /* 0 or the file's last error: the number is free in any case; no cancel */
    OP_FSYNC,    /* sync */
    OP_COPY,     /* sendfile: to a file, at the same offset; what it refuses may be done by hand */
    OP_STAT,     /* stat: fills a struct stat */
    OP_TRUNCATE, /* set, to a size */
    OP_CHMOD,    /* set, to a mode */
    OP_RENAME,   /* rename */
    OP_LINK,     /* rename: one name more */
    OP_SYMLINK,  /* rename: `to` is the link, `from` what it says */
    OP_READLINK, /* readlink; the result is how many bytes of it there was room for */
    OP_UNLINK,   /* path, flags: AT_REMOVEDIR removes a directory */
    OP_MKDIR,    /* path */
    OP_LIST,     /* list: the names in a directory; the result is how many */

    /* Processes. */
    OP_WAITID, /* waitid: until the child of a pidfd has ended; reaps it */

    /* Words in memory, shared with other processes perhaps. */
    OP_FUTEX, /* futex: until it is woken, or something looks so; or FUTEX_DIFFERS */

    OP_KINDS
};

enum op_state {
    OP_IDLE,      /* the owner's */
    OP_LENT,      /* submitted */
    OP_CANCELING, /* submitted, cancel asked */
};

/* Where reading or writing goes on by itself, as in every stream. */
#define OP_STREAM (-1)

/* A result of OP_FUTEX: the word was not as expected, so nobody slept. (futex(2) says EAGAIN, which
 * never comes out of an op.) */
#define FUTEX_DIFFERS 1

/* What is looked at for every event lies within as few lines of the cache as it can: between two
 * events of one descriptor those of all others, and the kernel's own, have thrown it out. */
struct op {
    struct coil_link link;       /* the driver's, while lent */
    void (*done)(struct op *op); /* set by the owner before submit */
    int64_t result;              /* valid in done: >= 0, or a negated error code */
    uint8_t kind;
    uint8_t state;
    uint8_t stage; /* the driver's, while lent: enum op_stage */
    uint8_t asked; /* door 9's: when it was submitted, as driver->tick was */
    int32_t fd;    /* on which; not of OP_CALL, OP_FUTEX and ops on paths */
    union {
        struct {
            uint32_t events; /* POLLIN, POLLOUT ...; the result has the same bits */
        } poll;
        struct {
            struct op_call *block;
        } call;
        struct {
            void *data; /* only read, where it is written out */
            size_t size;
            union {
                int64_t offset; /* in the file, or OP_STREAM */
                int flags;      /* MSG_...; of OP_RECV and OP_SEND */
            };
        } rw;
        struct {
            const struct iovec *parts;
            size_t count;
            int64_t offset;
        } vector;
        struct {
            struct msghdr *header;
            int flags;
        } message;
        struct {
            int from; /* must stay open until done */
            int64_t offset;
            size_t size;
        } sendfile;
        struct {
            struct sockaddr *address; /* the peer's; NULL: not wanted */
            uint32_t *length;
            bool only; /* others accept there, too: leave them what no op asks for */
        } accept;
        struct {
            const struct sockaddr *address;
            uint32_t length;
        } connect;
        struct {
            const char *path;
            int flags;
            uint32_t mode;
        } open;
        struct {
            bool data_only; /* fdatasync */
        } sync;
        struct {
            const char *path; /* NULL: of fd */
            struct stat *out;
            bool follow; /* a symbolic link at the end of the path */
        } stat;
        struct {
            const char *path; /* NULL: of fd */
            int64_t value;
        } set;
        struct {
            const char *from;
            const char *to;
        } rename;
        struct {
            const char *path;
            char *target; /* out, without a zero at its end */
            size_t size;
        } readlink;
        struct {
            const char *path;
            uint32_t mode;
            int flags;
        } path;
        struct {
            const char *path;
            char **names; /* out: one block, each name ended by a zero; mem_free it */
        } list;
        struct {
            siginfo_t *info;
            bool look; /* the simulator's; zero before submit: nothing is reaped, only looked at */
        } waitid;      /* fd is the pidfd */
        struct {
            const uint32_t *word;
            uint32_t expected;
            uint32_t stop; /* the driver's, while lent */
        } futex;
    };
    union { /* the driver's, while lent */
        uint64_t mine[2];
        struct {
            struct mach_work work;
            struct call_port *port;
        } lent; /* to a worker */
    };
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
    uint8_t pool;                        /* enum mach_pool: whose threads; zero is the default */
    /* The drivers'; zero before submit. */
    struct op *op;
    struct call_port *port;
    struct mach_work work;
    struct word refs;
    struct word state;
};

struct driver;

/*
 * What never waits, asked of the driver because the simulator has descriptors, a network and files
 * of its own. Results as of the system calls: >= 0, or a negated error code. coil__world_real
 * serves both real drivers.
 */
struct world_ops {
    int (*socket)(struct driver *driver, int family, int type, int protocol);
    int (*socketpair)(struct driver *driver, int family, int type, int fds[2]);
    int (*pipe)(struct driver *driver, int fds[2]); /* [0] is read, [1] is written */
    int (*bind)(struct driver *driver, int fd, const struct sockaddr *address, uint32_t length);
    /* Of the file that bind makes for a Unix socket. */
    int (*stat)(struct driver *driver, const char *path, struct stat *out);
    int (*unlink)(struct driver *driver, const char *path);
    int (*listen)(struct driver *driver, int fd, int backlog);
    /* Of a datagram socket: whom it talks to. Others may wait; see OP_CONNECT. */
    int (*connect)(struct driver *driver, int fd, const struct sockaddr *address, uint32_t length);
    int (*name)(struct driver *driver, int fd, bool peer, struct sockaddr *address,
                uint32_t *length);
    int (*set_option)(struct driver *driver, int fd, int level, int name, const void *value,
                      uint32_t length);
    int (*get_option)(struct driver *driver, int fd, int level, int name, void *value,
                      uint32_t *length);
    int (*shutdown)(struct driver *driver, int fd, int how);
    /* At once, where nobody can wait (OP_CLOSE is for those who can). What is out on it ends with
     * -EBADF from the next wait. */
    int (*close)(struct driver *driver, int fd);
};

extern const struct world_ops coil__world_real;

/* Bytes for a stream socket on which no op that writes is out. */
struct drive_send {
    const char *data;
    int64_t result; /* so many went out, -EAGAIN, or why it failed */
    void *owner;    /* whose they are; the driver does not look at it */
    uint32_t size;  /* > 0 */
    int32_t fd;
};

struct driver_options {
    int wake_fd;
    uint64_t seed;   /* sim */
    uint32_t faults; /* sim: trouble that programs see, per million ops; 0: $COIL_SIM_FAULTS */
};

struct driver_ops {
    const char *name;
    int (*open)(const struct driver_options *options, struct driver **out);
    void (*close)(struct driver *driver); /* nothing may be out, detached calls excepted */
    void (*submit)(struct driver *driver, struct op *op);
    void (*cancel)(struct driver *driver, struct op *op);
    int64_t (*attempt)(struct driver *driver, struct op *op); /* at once, or -EAGAIN */
    void (*send)(struct driver *driver, struct drive_send *sends, size_t count);
    /* Whether reading is known to have to wait. NULL where the driver does not wait for readiness
     * and read then: where it does, a poll and a read cost no more than a read that has to wait. */
    bool (*unready)(struct driver *driver, int fd);
    /* 0; sim only: -EDEADLK when nothing can ever happen (nothing out, no deadline) and `alone`
     * says that no other thread could wake us. */
    int (*wait)(struct driver *driver, int64_t deadline_ns, bool alone);
    int64_t (*now)(struct driver *driver);
    /* Begins a new life of the number: what is out on it ends with -EBADF from the next wait, what
     * was known of it is forgotten. Before a close, and for what was opened elsewhere. */
    void (*forget)(struct driver *driver, int fd);
    /* May be NULL. After forget, asked by world->close. 1: a worker is still at the descriptor, so
     * the driver closes it, later; 0: it does not; -EBADF: that was asked for before. */
    int (*keep)(struct driver *driver, int fd);
    const struct world_ops *world;
};

/* Who brought results. The loop asks, to know whether somebody waits for it. */
enum driver_came {
    CAME_ANSWER = 1, /* to what was asked for a moment ago */
    CAME_OTHER = 2,  /* to what has been out for long, as where many take turns; or a newcomer */
};

/* The loop's clock, coarse: 1/15 ms, and what an op remembers is over after 17 ms. An answer comes
 * within some ticks. */
#define TICK_SHIFT 16
#define ANSWER_TICKS 3

struct driver {
    const struct driver_ops *ops;
    uint8_t tick;              /* the loop's: when it last looked at the world */
    uint8_t came;              /* enum driver_came; the loop clears it */
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
