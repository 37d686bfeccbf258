/*
 * Inside the uring driver. One ring; what the kernel is to be told is gathered by descriptor and
 * told when the loop waits, in one system call.
 *
 * Every op goes one of these ways:
 *   ring      a request of its own; its completion is the result
 *   poll      where the kernel's ring lacks the operation, or would do it worse (SIGPIPE): a poll
 *             request, then the system call, which does not wait
 *   accept    one lasting request per listening socket serves all (uring_accept.h)
 *   worker    files, where the ring lacks the operation (files.h)
 */
#ifndef COIL_DRIVE_URING_H
#define COIL_DRIVE_URING_H

#include "drive/now.h"
#include "drive/ring.h"
#include "drive/serve.h"
#include "drive/slots.h"

/* What is known of a socket beyond its nature. */
enum sort {
    SORT_UNKNOWN,
    SORT_STREAM, /* a short read or write says that there is no more */
    SORT_LOCAL_DATAGRAM,
    SORT_OTHER,
};

/*
 * All about one descriptor. Ops that read, and ops that write, keep their order: of each direction
 * only the first is the kernel's, for it promises none itself.
 */
struct slot {
    struct coil_link reads;
    struct coil_link writes;
    struct coil_link fresh; /* all others, of which the kernel is to be told something */
    struct coil_link asked; /* all others */
    struct coil_link dirty; /* in the driver's list of those with something to tell, or in none */
    struct acceptor *acceptor;
    struct op *closing; /* a close that waits for the workers to be through */
    unsigned workers;   /* ops that a worker has, or will have */
    bool doomed;        /* to be closed when no worker is at it */
    int fd;
    enum nature nature;
    enum sort sort;
    uint32_t dry;  /* the turn in which nothing was left to read; 0: never */
    uint32_t full; /* the same of room to write */
};

struct uring_driver {
    struct driver driver;
    struct ring ring;
    struct call_port *calls;
    struct coil_link dirty;
    struct slot nowhere; /* ops on paths, ops whose descriptor was closed, closes */
    struct slot **chunks;
    size_t chunk_count;
    struct coil_link acceptors;
    struct coil_link idle; /* acceptors that perhaps nobody needs */
    unsigned orphans;      /* ops the kernel has whose descriptor was closed */
    uint64_t operations;   /* which opcodes the kernel has */
    bool modern;           /* 5.19: multishot accept, POLL_FIRST */
    uint32_t turn;         /* waits so far */
    uint32_t file_results; /* of the ring's, so far */
    int wake_fd;
    bool wake_asked;
    bool woken; /* wake_fd was written, and the next wait does not know */
};

/* op->stage while the driver has the op: an enum op_stage, and notes. */
enum note {
    NOTE_STAGE = 7,     /* the bits of the stage */
    NOTE_LEAVING = 8,   /* the kernel is to give it back */
    NOTE_TOLD = 16,     /* and knows it */
    NOTE_CLOSED = 32,   /* its descriptor was closed */
    NOTE_POLL = 64,     /* goes the way by poll */
    NOTE_LASTING = 128, /* its poll is a multishot one, see uring_take.c */
};

/* What user_data points to, if not to an op. */
enum { USER_WAKE = 8, USER_REMOVAL = 16, USER_SMALL = 4096, USER_ACCEPTOR = 1 };

static inline enum op_stage stage_of(const struct op *op)
{
    return (enum op_stage)(op->stage & NOTE_STAGE);
}

static inline void set_stage(struct op *op, enum op_stage stage)
{
    op->stage = (uint8_t)((unsigned)stage | (op->stage & ~(unsigned)NOTE_STAGE));
}

static inline bool has_note(const struct op *op, enum note note)
{
    return (op->stage & note) != 0;
}

static inline void set_note(struct op *op, enum note note)
{
    op->stage = (uint8_t)(op->stage | note);
}

static inline bool knows(const struct uring_driver *self, unsigned opcode)
{
    return (self->operations >> opcode & 1) != 0;
}

/* The list in which the op keeps its place among others of its direction; NULL: it needs none. */
static inline struct coil_link *lane_of(struct slot *slot, const struct op *op)
{
    enum direction direction = op_direction(op);

    return direction == READING ? &slot->reads : direction == WRITING ? &slot->writes : NULL;
}

static inline void mark_dirty(struct uring_driver *self, struct slot *slot)
{
    if (!link_in_list(&slot->dirty))
        list_append(&self->dirty, &slot->dirty);
}

#endif
