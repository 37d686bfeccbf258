/* Reading what there is, in memory that the stream finds when something is there. */
#include <poll.h>

#include "io/helping.h"
#include "io/reading.h"

#define LITTLE_ROOM (STREAM_LITTLE - 1) /* and a zero behind it */

/* Receives behind the little that is buffered, into a spare, which is the stream's from then on.
 * -EAGAIN: there is nothing now; -ENOMEM: there is no spare. */
static int64_t try_spare(struct coil_stream *stream)
{
    size_t have = stream_buffered(stream);
    char *spare = spares_take(&stream->loop->spares);
    int64_t n = -EAGAIN;
    struct op op;

    if (spare == NULL)
        return -ENOMEM;
    coil__read_aim(stream, &op, spare + have, helping(stream, SPARE_DATA - have));
    if (op_attempt(stream->loop, &op))
        n = coil__read_note(stream, op.result);
    if (n <= 0)
        spares_give(&stream->loop->spares, spare);
    else
        coil__stream_borrow(stream, spare, (size_t)n);
    return n;
}

/* What a small buffer has no room for comes by a large one. */
static int64_t took_little(struct coil_stream *stream, int64_t n)
{
    if (n <= 0)
        return n;
    stream->in_end += (size_t)n;
    if (stream_buffered(stream) == LITTLE_ROOM && !stream_ended(stream))
        try_spare(stream);
    return (int64_t)stream_buffered(stream);
}

/* A small buffer, as thousands may wait with one. */
static coil_async int64_t wait_for_little(struct coil_stream *stream)
{
    struct op_wait wait;
    int err = coil__stream_make_room(stream, LITTLE_ROOM);

    if (err != 0)
        return err;
    coil__read_aim(stream, &wait.op, stream->in + stream->in_end, LITTLE_ROOM);
    wait.done = NULL;
    err = coil__read_wait(stream, &wait);
    return err != 0 ? err : took_little(stream, wait.op.result);
}

static int64_t try_little(struct coil_stream *stream)
{
    int err = coil__stream_make_room(stream, LITTLE_ROOM);
    struct op op;

    if (err != 0)
        return err;
    coil__read_aim(stream, &op, stream->in + stream->in_end, LITTLE_ROOM);
    if (!op_attempt(stream->loop, &op))
        return -EAGAIN;
    return took_little(stream, coil__read_note(stream, op.result));
}

/* Where many hold what they were handed out, they shall not all hold a large buffer. */
static int64_t try_now(struct coil_stream *stream)
{
    if (stream->bulk || !spares_short(&stream->loop->spares))
        return try_spare(stream);
    return try_little(stream);
}

/* No buffer at all; one when something is there. The caller holds a reference. */
static coil_async int64_t wait_for_readiness(struct coil_stream *stream)
{
    struct op_wait wait;
    int err;

    op_begin(&wait.op, OP_POLL, stream->fd);
    wait.op.poll.events = POLLIN;
    wait.done = NULL;
    err = read_park(stream, &wait);
    if (err != 0)
        return err;
    if (stream_ended(stream))
        return stream->read_error;
    return wait.op.result > 0 ? try_now(stream) : coil__read_note(stream, wait.op.result);
}

/* The driver waits for readiness, and reads then: nothing is won by lending it a buffer before. */
static bool by_readiness(const struct coil_stream *stream)
{
    return stream->kind == STREAM_SOCKET && stream->loop->driver->ops->unready != NULL;
}

/* No buffer is fetched to be told that there is nothing. */
static int64_t try_first(struct coil_stream *stream)
{
    struct driver *driver;

    if (stream_ended(stream))
        return stream->read_error;
    driver = stream->loop->driver;
    if (by_readiness(stream) && driver->ops->unready(driver, stream->fd))
        return -EAGAIN;
    return try_now(stream);
}

static coil_async int64_t receive_any(struct coil_stream *stream)
{
    bool crumb = stream->crumb_left;
    int64_t n = crumb ? coil__helping_wait(stream) : 0;

    if (n == 0)
        n = try_first(stream);
    if (n == -EAGAIN)
        stream->crumb_left = false; /* there was none */
    while (n == -EAGAIN && (stream->bulk || by_readiness(stream)))
        n = wait_for_readiness(stream);
    if (n == -EAGAIN || (n == -ENOMEM && !stream_ended(stream)))
        n = wait_for_little(stream);
    stream->bulk = (n >= STREAM_LITTLE || crumb) && stream->kind == STREAM_SOCKET;
    return n;
}

coil_async int64_t coil_stream_readany(struct coil_stream *stream, char **data)
{
    int64_t n = coil__read_begin(stream, "coil_stream_readany");

    if (n != 0)
        return n;
    coil_stream_ref(stream);
    n = (int64_t)stream_buffered(stream);
    if (n == 0)
        n = receive_any(stream);
    if (n >= 0)
        *data = n > 0 ? coil__stream_hand_out(stream, (size_t)n) : coil__stream_nothing;
    return coil__read_leave(stream, n, data, 0);
}
