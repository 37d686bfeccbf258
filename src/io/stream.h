/*
 * A stream from the inside.
 *
 *   reading   happens in the task that asks, by an op on its stack: into the caller's memory if it
 *             can be, into `in` where lines are looked for or the caller has none
 *   writing   is tried at once, or where that is asked for held back in the loop's outbox for a
 *             moment; what the world does not take is copied to `chunks`, and an op of the stream's
 *             own sends them, one after the other. While it is out it lends them, so they only grow
 *             behind what it was told of
 *   closing   what is kept goes out first; then the descriptor is closed and `closed` is set
 *
 * References are the users', and one of the stream's own while anything of it is out or it is about
 * to close. A task that waits in a function of the stream holds one, too.
 */
#ifndef COIL_IO_STREAM_INTERNAL_H
#define COIL_IO_STREAM_INTERNAL_H

#include <coil/locks.h>
#include <coil/stream.h>

#include "io/op_wait.h"

#define STREAM_LIMIT (64u << 10)
#define STREAM_LITTLE 4096 /* what a stream receives into its own memory at first */
#define STREAM_PARTS 16

enum stream_kind {
    STREAM_SOCKET,
    STREAM_OTHER,    /* a pipe, a terminal, a file */
    STREAM_TERMINAL, /* the near end of a child's terminal: EIO is the end */
};

struct chunk {
    struct chunk *next;
    size_t begin, end, size; /* [begin, end) is still to be sent */
    char data[];
};

struct coil_stream {
    /* What reading and writing look at every time: two cache lines' worth. */
    struct coil_loop *loop; /* NULL once that is closed */
    unsigned refs;
    int fd; /* -1: closed */
    uint8_t kind;
    bool hung_up;   /* at_eof: the end was read */
    bool closing;   /* nothing is read or written any more */
    bool aborted;   /* and what is kept is thrown away */
    bool eof_asked; /* the direction of writing ends after what is kept */
    bool eof_sent;
    bool paused;            /* more than `high` is kept, and not yet down to `low` */
    bool direct;            /* a task sends from its own memory */
    bool out;               /* `op` is lent */
    bool bulk;              /* the last helping was a large one */
    bool crumb_left;        /* it was cut: something may be there still (helping.h) */
    uint8_t doubts;         /* how often that was in vain */
    bool borrowed;          /* `in` is one of the loop's spares, `own` the stream's own meanwhile */
    char under_zero;        /* which was where zero_at is */
    int16_t trust;          /* helpings are cut, > 0: as long as that goes; < 0: after a pause */
    int read_error;         /* it cannot be read any more */
    int error;              /* the connection is lost; on what is no socket, for writing */
    struct op_wait *reader; /* of the task that reads */
    char *zero_at;          /* where a zero was put behind what was handed out; NULL: nowhere */
    char *in;
    size_t in_begin, in_end, in_size; /* [begin, end) was received and not read */
    char *own;
    size_t own_size;
    uint16_t hold;  /* so much may be held back in the loop's outbox; 0: nothing (outbox.h) */
    uint16_t held;  /* its place there, counted from 1; 0: it has none */
    size_t pending; /* bytes that are kept, from `first` on */

    struct loop_guest guest;
    size_t limit;
    size_t partial, consumed;
    struct op_wait *sender; /* of the task that sends from its own memory, while it waits */
    struct chunk *first, *last;
    size_t high, low;
    struct coil_event drained; /* !paused */
    struct coil_event emptied; /* nothing is kept, and no task sends */
    struct coil_event closed;
    struct op op;
    struct iovec *parts; /* lent with it; STREAM_PARTS of them, made when first needed */
    struct msghdr *header;
};

/* A stream of the loop that runs here, on a descriptor of which the kind is known. On failure the
 * descriptor is closed. */
int coil__stream_new(int fd, enum stream_kind kind, const struct coil_stream_options *options,
                     struct coil_stream **out);

/* Reading (stream_buffer.c): what was received and not read, in order. */
static inline size_t stream_buffered(const struct coil_stream *stream)
{
    return stream->in_end - stream->in_begin;
}

/* Room for at least `size` bytes behind what is buffered, and one for the zero. */
int coil__stream_make_room(struct coil_stream *stream, size_t size);

/* Copies out as much as there is, at most `size`. */
size_t coil__stream_take(struct coil_stream *stream, void *data, size_t size);

/* Hands out the first bytes, with a zero behind them; there is always room for it. */
char *coil__stream_hand_out(struct coil_stream *stream, size_t size);

/* What was handed out last is the stream's again. */
void coil__stream_take_back(struct coil_stream *stream);

/* A spare of the loop's with `more` bytes, behind room for those that are buffered, is the stream's
 * from now on. All that is in it is handed out at once. */
void coil__stream_borrow(struct coil_stream *stream, char *spare, size_t more);

/* What was borrowed goes back to the loop; nobody looks at it any more. */
void coil__stream_give_back(struct coil_stream *stream);

/* Writing (stream_chunks.c): behind what is kept. 0 or -ENOMEM, and then nothing of it is. */
int coil__stream_keep(struct coil_stream *stream, const char *data, size_t size);

/* So much of it has gone out: from the front. */
void coil__stream_forget_sent(struct coil_stream *stream, size_t n);

/* Nothing of it will. */
void coil__stream_drop_chunks(struct coil_stream *stream);

/* Writes where it lies, in order, at most STREAM_PARTS places; how many. */
size_t coil__stream_gather_chunks(const struct coil_stream *stream, struct iovec *parts);

/* Sends on what is kept; a stream that is to close is closed when nothing is. */
void coil__stream_pump(struct coil_stream *stream);
void coil__stream_lost(struct coil_stream *stream, int error);

/* Makes an op of it that writes from one place. */
void coil__stream_aim(const struct coil_stream *stream, struct op *op, const void *data,
                      size_t size);

/* How much is kept, or that a task sends alone, has changed. */
void coil__stream_note_level(struct coil_stream *stream);

/* What is kept now goes out as soon as it can. */
void coil__stream_go_on(struct coil_stream *stream);

/* Whether a write has met a reset. The kernel tells of it only once, to whoever asks first: then a
 * write meets a broken pipe, and a read what looks like the end. */
bool coil__stream_was_reset(const struct coil_stream *stream);

/* A read has failed. A socket that cannot be read any more takes nothing, either. */
void coil__stream_unreadable(struct coil_stream *stream, int error);

/* The descriptor goes, now that nothing is to be written any more. */
void coil__stream_finish(struct coil_stream *stream);

static inline void stream_owned(const struct coil_stream *stream, const char *caller)
{
    if (likely(stream->loop != NULL))
        loop_owned(stream->loop, caller);
}

/* Gives up a reference that was held while a task waited; as a rule others hold the stream, too. */
static inline void stream_leave(struct coil_stream *stream)
{
    if (likely(stream->refs > 1))
        stream->refs--;
    else
        coil_stream_unref(stream);
}

#endif
