/* Reading from a stream. */
#include "io/stream.h"

#include <assert.h>
#include <poll.h>
#include <sys/socket.h>

#include "io/helping.h"
#include "io/reading.h"
#include "io/separators.h"

static_assert(offsetof(struct coil_stream, guest) <= 2 * CACHE_LINE,
              "what every call looks at is two cache lines' worth");

char coil__stream_nothing[1];

int coil__read_begin(struct coil_stream *stream, const char *caller)
{
    stream_owned(stream, caller);
    if (stream->reader != NULL)
        return -EBUSY;
    if (stream->zero_at != NULL)
        coil__stream_take_back(stream);
    return 0;
}

int64_t coil__read_note(struct coil_stream *stream, int64_t n)
{
    if (stream->closing || (n == -EIO && stream->kind == STREAM_TERMINAL))
        n = n > 0 ? n : 0;
    else if (n == 0 && coil__stream_was_reset(stream))
        n = stream->error;
    if (n == 0)
        stream->hung_up = true;
    if (n < 0)
        coil__stream_unreadable(stream, (int)n);
    helping_came(stream, n > 0 ? (size_t)n : 0);
    return n;
}

void coil__read_aim(struct coil_stream *stream, struct op *op, void *data, size_t size)
{
    op_begin(op, stream->kind == STREAM_SOCKET ? OP_RECV : OP_READ, stream->fd);
    op->rw.data = data;
    op->rw.size = size;
    if (stream->kind == STREAM_SOCKET)
        op->rw.flags = 0;
    else
        op->rw.offset = OP_STREAM;
}

coil_async int coil__read_wait(struct coil_stream *stream, struct op_wait *wait)
{
    int err;

    coil_stream_ref(stream);
    err = read_park(stream, wait);
    if (err == 0)
        wait->op.result = coil__read_note(stream, wait->op.result);
    stream_leave(stream);
    return err;
}

/* Bytes from the world: > 0; 0: the end. A close by another task is an end, too. */
static coil_async int64_t receive(struct coil_stream *stream, void *data, size_t size)
{
    struct op_wait wait;
    int err;

    if (stream_ended(stream))
        return stream->read_error;
    coil__read_aim(stream, &wait.op, data, size);
    wait.done = NULL;
    if (op_attempt(stream->loop, &wait.op))
        return coil__read_note(stream, wait.op.result);
    err = coil__read_wait(stream, &wait);
    return err != 0 ? err : wait.op.result;
}

/* What is left of the last helping comes with what came meanwhile. */
static coil_async int64_t read_after_others(struct coil_stream *stream, void *data, size_t size)
{
    int64_t n;

    coil_stream_ref(stream);
    n = coil__helping_wait(stream);
    if (n == 0)
        n = receive(stream, data, helping(stream, size));
    stream_leave(stream);
    return n;
}

coil_async int64_t coil_stream_read(struct coil_stream *stream, void *data, size_t size)
{
    int err = coil__read_begin(stream, "coil_stream_read");

    if (err != 0 || size == 0)
        return err;
    if (stream_buffered(stream) > 0)
        return (int64_t)coil__stream_take(stream, data, size);
    if (unlikely(stream->crumb_left))
        return read_after_others(stream, data, size);
    return receive(stream, data, helping(stream, size));
}

/* What a reader could not use after all. Without memory for it the stream is at its end. */
static int64_t put_back(struct coil_stream *stream, const char *data, size_t size, int64_t why)
{
    if (size == 0)
        return why;
    if (coil__stream_make_room(stream, size) != 0) {
        stream->hung_up = true;
        return -ENOMEM;
    }
    memcpy(stream->in + stream->in_end, data, size);
    stream->in_end += size;
    return why;
}

static coil_async int64_t exactly(struct coil_stream *stream, void *data, size_t size)
{
    size_t have = coil__stream_take(stream, data, size);

    while (have < size) {
        int64_t n = receive(stream, (char *)data + have, size - have);

        if (n < 0)
            return put_back(stream, data, have, n);
        if (n == 0) {
            stream->partial = have;
            return -COIL_EINCOMPLETE;
        }
        have += (size_t)n;
    }
    return (int64_t)size;
}

coil_async int64_t coil_stream_readexactly(struct coil_stream *stream, void *data, size_t size)
{
    int64_t n = coil__read_begin(stream, "coil_stream_readexactly");

    if (n != 0)
        return n;
    coil_stream_ref(stream);
    n = exactly(stream, data, size);
    stream_leave(stream);
    return n;
}

static coil_async int64_t all(struct coil_stream *stream, char **out)
{
    size_t size = stream_buffered(stream) + STREAM_LITTLE, have;
    char *data = mem_alloc(size);
    int64_t n = 1;

    if (data == NULL)
        return -ENOMEM;
    have = coil__stream_take(stream, data, size);
    while (n > 0) {
        if (size - have < STREAM_LITTLE / 2) {
            char *bigger = mem_realloc(data, size * 2);

            n = bigger == NULL ? -ENOMEM : 1;
            data = bigger == NULL ? data : bigger;
            size = bigger == NULL ? size : size * 2;
        }
        if (n > 0)
            n = receive(stream, data + have, size - have - 1);
        have += n > 0 ? (size_t)n : 0;
    }
    if (n < 0) {
        n = put_back(stream, data, have, n);
        mem_free(data);
        return n;
    }
    data[have] = '\0';
    *out = data;
    return (int64_t)have;
}

coil_async int64_t coil_stream_readall(struct coil_stream *stream, char **data)
{
    int64_t n = coil__read_begin(stream, "coil_stream_readall");

    if (n != 0)
        return n;
    coil_stream_ref(stream);
    n = all(stream, data);
    stream_leave(stream);
    return n;
}

/* One more helping into the buffer. */
static coil_async int64_t fill(struct coil_stream *stream)
{
    int64_t n = coil__stream_make_room(stream, STREAM_LITTLE / 2);

    if (n == 0)
        n = receive(stream, stream->in + stream->in_end, stream->in_size - stream->in_end - 1);
    if (n > 0)
        stream->in_end += (size_t)n;
    return n;
}

/*
 * As asyncio's readuntil: how many bytes to hand out, the separator included; what exceeds the
 * limit stays, and `consumed` says how much of it is known to have no separator.
 */
static coil_async int64_t until(struct coil_stream *stream, const struct coil_separator *separators,
                                size_t count)
{
    const size_t longest = separators_longest(separators, count);
    size_t searched = 0;

    for (;;) {
        size_t have = stream_buffered(stream);
        const char *start = have > 0 ? stream->in + stream->in_begin : "";
        struct separator_match match;
        int64_t n;

        if (coil__separators_find(separators, count, start, searched, have, &match)) {
            stream->consumed = match.begin;
            return match.begin > stream->limit ? -COIL_ELIMIT : (int64_t)match.end;
        }
        if (have >= longest)
            searched = have + 1 - longest;
        stream->consumed = searched;
        if (searched > stream->limit)
            return -COIL_ELIMIT;
        n = fill(stream);
        if (n <= 0)
            return n < 0 ? n : -COIL_EINCOMPLETE;
    }
}

/* The stream ended before the separator came: what there is, is handed out. */
static char *hand_out_rest(struct coil_stream *stream)
{
    stream->partial = stream_buffered(stream);
    return stream->in == NULL ? coil__stream_nothing
                              : coil__stream_hand_out(stream, stream->partial);
}

int64_t coil__read_leave(struct coil_stream *stream, int64_t n, char **data, int64_t gone)
{
    if (unlikely(stream->refs == 1) && (n >= 0 || n == -COIL_EINCOMPLETE)) {
        *data = coil__stream_nothing;
        n = gone;
    }
    stream_leave(stream);
    return n;
}

coil_async int64_t coil_stream_readuntil_any(struct coil_stream *stream,
                                             const struct coil_separator *separators, size_t count,
                                             char **data)
{
    int err = coil__read_begin(stream, "coil_stream_readuntil");
    int64_t n;

    if (err != 0 || !separators_valid(separators, count))
        return err != 0 ? err : -EINVAL;
    coil_stream_ref(stream);
    n = until(stream, separators, count);
    if (n > 0)
        *data = coil__stream_hand_out(stream, (size_t)n);
    else if (n == -COIL_EINCOMPLETE)
        *data = hand_out_rest(stream);
    return coil__read_leave(stream, n, data, -COIL_EINCOMPLETE);
}

coil_async int64_t coil_stream_readuntil(struct coil_stream *stream, const void *separator,
                                         size_t size, char **data)
{
    const struct coil_separator only = {separator, size};

    return coil_stream_readuntil_any(stream, &only, 1, data);
}

/* A line that is too long is thrown away: its newline too, if that has come. */
static void skip_line(struct coil_stream *stream)
{
    size_t consumed = stream->consumed;

    if (consumed < stream_buffered(stream) && stream->in[stream->in_begin + consumed] == '\n')
        stream->in_begin += consumed + 1;
    else
        stream->in_begin = stream->in_end;
}

coil_async int64_t coil_stream_readline(struct coil_stream *stream, char **line)
{
    static const struct coil_separator newline = {"\n", 1};
    int err = coil__read_begin(stream, "coil_stream_readline");
    int64_t n;

    if (err != 0)
        return err;
    coil_stream_ref(stream);
    n = until(stream, &newline, 1);
    if (n > 0) {
        *line = coil__stream_hand_out(stream, (size_t)n);
    } else if (n == -COIL_EINCOMPLETE) {
        *line = hand_out_rest(stream);
        n = (int64_t)stream->partial;
    } else if (n == -COIL_ELIMIT) {
        skip_line(stream);
    }
    return coil__read_leave(stream, n, line, 0);
}

size_t coil_stream_partial(const struct coil_stream *stream)
{
    return stream->partial;
}

size_t coil_stream_consumed(const struct coil_stream *stream)
{
    return stream->consumed;
}

bool coil_stream_at_eof(const struct coil_stream *stream)
{
    return stream->hung_up && stream_buffered(stream) == 0;
}
