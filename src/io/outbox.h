/*
 * What streams with coalesce_writes hold back until the loop next asks the world for news: bytes of
 * many streams in one place, sent together (driver_ops.send).
 *
 * A stream has something in it only as long as it could write at once: nothing of it is kept or on
 * its way, and no task sends alone. Whatever ends that empties its part first.
 */
#ifndef COIL_IO_OUTBOX_H
#define COIL_IO_OUTBOX_H

#include "io/stream.h"

#define OUTBOX_BYTES (256u << 10)
#define OUTBOX_STREAMS 256u
#define OUTBOX_MOST (16u << 10) /* of one stream; more is not worth a copy */

/* 1: it has taken a copy; 0: that is not for the outbox, in which this stream has nothing then;
 * < 0: the stream is lost. */
int coil__outbox_add(struct coil_stream *stream, const struct iovec *parts, size_t count);

/* Sends the stream's part now, as far as the world takes it; the rest is kept. */
void coil__outbox_send(struct coil_stream *stream);

/* Throws it away. */
void coil__outbox_drop(struct coil_stream *stream);

/* How much of the stream's is in it. */
size_t coil__outbox_size(const struct coil_stream *stream);

static inline void outbox_leave(struct coil_stream *stream)
{
    if (unlikely(stream->held != 0))
        coil__outbox_send(stream);
}

#endif
