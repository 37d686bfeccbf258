/*
 * What the simulator's files share: the clock, the things that descriptors stand for, and how an op
 * waits for one.
 */
#ifndef COIL_DRIVE_SIM_H
#define COIL_DRIVE_SIM_H

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "drive/polls.h"
#include "drive/serve.h"

/* Simulated descriptors are told from real ones by their number. */
#define SIM_FIRST_FD (1 << 20)
#define SIM_PORT_ROWS 256

enum sim_way {
    SIM_IN,  /* what reads: and accepts */
    SIM_OUT, /* what writes: and connects */
    SIM_WAYS,
};

struct sim_driver;
struct sim_kind;
struct sim_node;

/* What a descriptor stands for. The first member of a pipe's end, a socket, an open file. */
struct sim_thing {
    const struct sim_kind *kind;
    int fd;
    struct coil_link ways[SIM_WAYS]; /* ops that take turns: only the first is tried */
    struct coil_link loose;          /* ops without order: polls, reads and writes at an offset */
    struct coil_link hopeful;        /* things that wait for this one to change */
    struct coil_link hope;           /* in the hopeful of another, or in none */
};

/* Bytes that an op wants to move, whichever way it says so. */
struct sim_transfer {
    const struct iovec *parts;
    size_t count;
    size_t size;  /* of the parts together */
    size_t limit; /* how much may be moved this time: a short transfer */
    int64_t offset;
    int flags;
    struct msghdr *header; /* NULL: not a message form */
    struct iovec one;
};

/*
 * What can be done with a thing, at once: a result, or -EAGAIN. NULL: cannot be done with it.
 */
struct sim_kind {
    int64_t (*take)(struct sim_driver *self, struct sim_thing *thing, struct sim_transfer *what);
    int64_t (*give)(struct sim_driver *self, struct sim_thing *thing, struct sim_transfer *what);
    int64_t (*serve)(struct sim_driver *self, struct sim_thing *thing, struct op *op); /* others */
    uint32_t (*events)(struct sim_thing *thing);                    /* what poll sees */
    int (*close)(struct sim_driver *self, struct sim_thing *thing); /* frees it */
    int (*stat)(struct sim_thing *thing, struct stat *out);
    bool socket;
    bool seekable; /* knows offsets */
};

/* The heap of ops that will be tried at a time that is known. */
struct sim_due {
    int64_t when;
    uint64_t rank; /* orders what is due at the same time */
    struct op *op;
};

struct sim_driver {
    struct driver driver;
    struct polls polls;
    int64_t now;
    bool seeded;
    uint32_t faults;      /* per million ops */
    uint64_t random;      /* the generator's state */
    uint64_t submissions; /* so far: the ranks without a seed */
    uint64_t retries;     /* how often an op was put off for no reason */
    struct op *trying;    /* whose turn it is just now: a stir leaves it alone */
    int64_t retry_at;     /* set by who says -EAGAIN and knows when it will be otherwise; 0 */

    struct sim_due *due;
    size_t due_count, due_capacity;

    struct sim_thing **things; /* by number */
    size_t thing_room;
    size_t lowest; /* no number below is free */

    unsigned real_waits;       /* ops other than polls that are out in the real world */
    struct call_port *threads; /* that sleep on words */

    struct coil_link ports[SIM_PORT_ROWS];    /* bound sockets, by port */
    struct coil_link accepted[SIM_PORT_ROWS]; /* connections at their listener's port */
    struct coil_link names;                   /* sockets bound in the abstract */
    uint16_t next_port;
    uint32_t next_name;

    uint32_t mask; /* umask */
    bool mask_known;
    struct sim_node *root; /* of the files; NULL until the first path */
    uint64_t next_inode;
    uint64_t disk_blocks, disk_used; /* what writes may fill, and have filled */
};

static inline struct sim_driver *sim_of(struct driver *driver)
{
    return container_of(driver, struct sim_driver, driver);
}

static inline bool sim_is_ours(int fd)
{
    return fd >= SIM_FIRST_FD;
}

/* --- sim_due.c: chance and time --- */

uint64_t coil__sim_draw(struct sim_driver *self);

/* Tails half the time; without a seed, always. */
bool coil__sim_heads(struct sim_driver *self);

/* True so often in a million times. */
bool coil__sim_fault(struct sim_driver *self);

/* Room for one more, so that putting cannot fail. */
int coil__sim_due_reserve(struct sim_driver *self, size_t count);
void coil__sim_due_put(struct sim_driver *self, struct op *op, int64_t when);
void coil__sim_due_remove(struct sim_driver *self, struct op *op);

/* The op that is due first, or NULL. */
struct op *coil__sim_due_first(const struct sim_driver *self, int64_t *when);

/* --- sim_thing.c: descriptors, and who waits for them --- */

/* Gives the thing the lowest free number. -EMFILE, -ENOMEM: the thing is the caller's still. */
int coil__sim_thing_open(struct sim_driver *self, struct sim_thing *thing,
                         const struct sim_kind *kind);

/* Of a thing that has no number (yet). */
void coil__sim_thing_init(struct sim_thing *thing, const struct sim_kind *kind);
struct sim_thing *coil__sim_thing(const struct sim_driver *self, int fd); /* or NULL */
int coil__sim_thing_close(struct sim_driver *self, int fd);

/* Ends all that is out on it with -EBADF. */
void coil__sim_thing_forget(struct sim_driver *self, struct sim_thing *thing);

/* The op waits for the thing; it will be tried after its delay, and when the thing changes. */
void coil__sim_thing_wait(struct sim_driver *self, struct sim_thing *thing, struct op *op);

/* The thing has changed: whoever waits for it is tried again. */
void coil__sim_thing_stir(struct sim_driver *self, struct sim_thing *thing);

/* `thing` is stirred too when `other` changes next. */
void coil__sim_thing_hope(struct sim_thing *thing, struct sim_thing *other);

/* The op leaves where it waits, and the next in line is tried. */
void coil__sim_thing_leave(struct sim_driver *self, struct sim_thing *thing, struct op *op);

/* Whether others wait before an op that is not out. */
bool coil__sim_thing_busy(const struct sim_thing *thing, const struct op *op);

/* --- sim_op.c: one op, at once --- */

/* Its result, or -EAGAIN. */
int64_t coil__sim_now(struct sim_driver *self, struct op *op);

/* --- sim.c --- */

/* The op is tried when its delay, drawn now, is over. */
void coil__sim_schedule(struct sim_driver *self, struct op *op);
int64_t coil__sim_delay(struct sim_driver *self);

/* Its place among others that are due at the same time; it has one from its submission on. */
void coil__sim_rank(struct sim_driver *self, struct op *op);

/* Whether the op is in the heap. */
static inline bool sim_due(const struct op *op)
{
    return op->stage == STAGE_DUE;
}

/* --- sim_real.c: descriptors that others have made, words that others wake --- */

int coil__sim_real_open(struct sim_driver *self, int wake_fd);
void coil__sim_real_close(struct sim_driver *self);
void coil__sim_real_submit(struct sim_driver *self, struct op *op);
void coil__sim_real_cancel(struct sim_driver *self, struct op *op); /* one that is not due */

/* What is due of a child that was seen to have ended. */
int64_t coil__sim_child_now(struct sim_driver *self, struct op *op);

/* Tells the kernel what is new, and takes what threads have brought. */
void coil__sim_real_look(struct sim_driver *self);
enum polls_end coil__sim_real_sleep(struct sim_driver *self, int64_t timeout_ns);

/* --- makers --- */

int coil__sim_pipe(struct sim_driver *self, int fds[2]);

extern const struct world_ops coil__sim_world;

/* How many bytes writes may add to the simulated files, in blocks of 4 KiB; 0: any number. */
void coil__sim_set_disk_bytes(struct driver *driver, uint64_t bytes);

#endif
