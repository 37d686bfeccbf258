/* Writing to a stream: at once what the world takes, the rest behind. */
#include "io/alone.h"
#include "io/outbox.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/uio.h>

#include "io/world.h"

void coil__stream_note_level(struct coil_stream *stream)
{
    if (stream->pending > stream->high && !stream->paused) {
        stream->paused = true;
        coil_event_clear(&stream->drained);
    }
    if (stream->pending <= stream->low && stream->paused) {
        stream->paused = false;
        coil_event_set(&stream->drained);
    }
    if (stream->pending > 0 || stream->direct)
        coil_event_clear(&stream->emptied);
    else
        coil_event_set(&stream->emptied);
}

void coil__stream_lost(struct coil_stream *stream, int error)
{
    if (stream->error == 0)
        stream->error = error;
    coil__outbox_drop(stream);
    coil__stream_drop_chunks(stream);
    stream->paused = false;
    coil_event_set(&stream->drained);
    coil_event_set(&stream->emptied);
    coil_event_set(&stream->closed);
    if (stream->closing)
        coil__stream_finish(stream);
}

static void sent(struct op *op)
{
    struct coil_stream *stream = container_of(op, struct coil_stream, op);

    stream->out = false;
    if (op->result > 0 && !stream->aborted) {
        coil__stream_forget_sent(stream, (size_t)op->result);
        coil__stream_note_level(stream);
        coil__stream_pump(stream);
    } else if (stream->aborted) {
        coil__stream_finish(stream);
    } else {
        coil__stream_lost(stream, op->result == 0 ? -EPIPE : (int)op->result);
    }
    coil_stream_unref(stream);
}

void coil__stream_aim(const struct coil_stream *stream, struct op *op, const void *data,
                      size_t size)
{
    op_begin(op, stream->kind == STREAM_SOCKET ? OP_SEND : OP_WRITE, stream->fd);
    op->rw.data = (void *)(uintptr_t)data;
    op->rw.size = size;
    if (stream->kind == STREAM_SOCKET)
        op->rw.flags = 0;
    else
        op->rw.offset = OP_STREAM;
}

static void aim_at_many(struct coil_stream *stream, struct op *op, struct iovec *parts,
                        size_t count, struct msghdr *header)
{
    op_begin(op, OP_WRITEV, stream->fd);
    op->vector.parts = parts;
    op->vector.count = count;
    op->vector.offset = OP_STREAM;
    if (stream->kind != STREAM_SOCKET)
        return;
    *header = (struct msghdr){.msg_iov = parts, .msg_iovlen = count};
    op->kind = OP_SENDMSG;
    op->message.header = header;
    op->message.flags = 0;
}

/* What the op and its array need is made at the first time that a chunk has a successor; without
 * memory it goes chunk by chunk. */
static void aim(struct coil_stream *stream)
{
    struct chunk *first = stream->first;

    if (first->next != NULL && stream->parts == NULL) {
        stream->parts = mem_alloc(STREAM_PARTS * sizeof(*stream->parts) + sizeof(*stream->header));
        stream->header = stream->parts == NULL ? NULL : (void *)(stream->parts + STREAM_PARTS);
    }
    if (first->next == NULL || stream->parts == NULL)
        coil__stream_aim(stream, &stream->op, first->data + first->begin,
                         first->end - first->begin);
    else
        aim_at_many(stream, &stream->op, stream->parts,
                    coil__stream_gather_chunks(stream, stream->parts), stream->header);
}

/* A peer that never hears of the end would wait for ever; it fails if the peer is gone. */
static void send_eof(struct coil_stream *stream)
{
    int err = WORLD(stream->loop, shutdown, stream->fd, SHUT_WR);

    if (err != 0)
        coil__stream_lost(stream, err == -ENOTCONN ? -EPIPE : err);
}

/* Nothing is kept any more. */
static void all_out(struct coil_stream *stream)
{
    if (stream->closing) {
        coil__stream_finish(stream);
    } else if (stream->eof_asked && !stream->eof_sent) {
        stream->eof_sent = true;
        if (stream->kind == STREAM_SOCKET)
            send_eof(stream);
        else
            coil_stream_close(stream);
    }
}

void coil__stream_pump(struct coil_stream *stream)
{
    if (stream->out || stream->direct || stream->fd < 0)
        return;
    if (stream->pending == 0) {
        all_out(stream);
        return;
    }
    if (stream->loop->closing) {
        coil__stream_lost(stream, -COIL_ESTOPPED);
        return;
    }
    aim(stream);
    stream->op.done = sent;
    stream->out = true;
    coil_stream_ref(stream);
    coil__drive_submit(stream->loop->driver, &stream->op);
}

int coil__stream_may_write(struct coil_stream *stream, const char *caller)
{
    stream_owned(stream, caller);
    if (stream->error != 0)
        return stream->error;
    return stream->closing || stream->eof_asked ? -ESHUTDOWN : 0;
}

/* Tries the op at once, if nothing is before it: how many bytes went out, or an error. */
static int64_t try_op(struct coil_stream *stream, struct op *op)
{
    int64_t n;

    if (stream->pending > 0 || stream->direct)
        return 0;
    n = stream->loop->driver->ops->attempt(stream->loop->driver, op);
    if (n == -EAGAIN)
        return 0;
    if (n < 0)
        coil__stream_lost(stream, (int)n);
    loop_charge(stream->loop, n);
    return n;
}

void coil__stream_go_on(struct coil_stream *stream)
{
    coil__stream_note_level(stream);
    coil__stream_pump(stream);
}

int coil_stream_write(struct coil_stream *stream, const void *data, size_t size)
{
    int err = coil__stream_may_write(stream, "coil_stream_write");
    struct op op;
    int64_t n;

    if (err != 0 || size == 0)
        return err;
    if (stream->hold > 0) {
        err = coil__outbox_add(stream, &(struct iovec){(void *)(uintptr_t)data, size}, 1);
        if (err != 0)
            return err < 0 ? err : 0;
    }
    coil__stream_aim(stream, &op, data, size);
    n = try_op(stream, &op);
    if (n == (int64_t)size)
        return 0;
    if (n >= 0)
        err = coil__stream_keep(stream, (const char *)data + n, size - (size_t)n);
    if (n < 0 || err != 0)
        return n < 0 ? (int)n : err;
    coil__stream_go_on(stream);
    return 0;
}

static int keep_rest(struct coil_stream *stream, const struct iovec *parts, size_t count, size_t n)
{
    int err = 0;

    for (size_t i = 0; i < count && err == 0; i++) {
        size_t skip = n < parts[i].iov_len ? n : parts[i].iov_len;

        n -= skip;
        if (skip < parts[i].iov_len)
            err = coil__stream_keep(stream, (const char *)parts[i].iov_base + skip,
                                    parts[i].iov_len - skip);
    }
    return err;
}

int coil_stream_writev(struct coil_stream *stream, const struct iovec *parts, size_t count)
{
    int err = coil__stream_may_write(stream, "coil_stream_writev");
    struct iovec lent[STREAM_PARTS];
    size_t n_lent = count < STREAM_PARTS ? count : STREAM_PARTS;
    struct msghdr header;
    struct op op;
    int64_t n;

    if (err != 0 || count == 0)
        return err;
    if (stream->hold > 0)
        err = coil__outbox_add(stream, parts, count);
    if (err != 0)
        return err < 0 ? err : 0;
    memcpy(lent, parts, n_lent * sizeof(*lent));
    aim_at_many(stream, &op, lent, n_lent, &header);
    n = try_op(stream, &op);
    if (n < 0)
        return (int)n;
    err = keep_rest(stream, parts, count, (size_t)n);
    coil__stream_go_on(stream);
    return err;
}

static int write_long(struct coil_stream *stream, size_t size, const char *format,
                      va_list arguments)
{
    char *text = mem_alloc(size + 1);
    int err = -ENOMEM;

    if (text != NULL) {
        vsnprintf(text, size + 1, format, arguments);
        err = coil_stream_write(stream, text, size);
    }
    mem_free(text);
    return err;
}

int coil_stream_printf(struct coil_stream *stream, const char *format, ...)
{
    char text[512];
    va_list arguments;
    int n, err;

    va_start(arguments, format);
    n = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (n < 0)
        return -EINVAL;
    if ((size_t)n < sizeof(text))
        return coil_stream_write(stream, text, (size_t)n);
    va_start(arguments, format);
    err = write_long(stream, (size_t)n, format, arguments);
    va_end(arguments);
    return err;
}

/* Where all is taken at once nobody else would ever run. */
static coil_async int give_way(struct coil_stream *stream)
{
    int err;

    coil_stream_ref(stream);
    err = coil_yield();
    if (err == 0)
        err = stream->error;
    coil_stream_unref(stream);
    return err;
}

coil_async int coil_stream_drain(struct coil_stream *stream)
{
    int err = 0;

    stream_owned(stream, "coil_stream_drain");
    if (stream->paused) {
        coil_stream_ref(stream);
        err = coil_event_wait(&stream->drained);
        if (err == 0)
            err = stream->error;
        coil_stream_unref(stream);
        return err;
    }
    if (stream->error == 0 && stream->closing)
        return -ESHUTDOWN; /* or who looks at drain only would write for ever, and never wait */
    if (stream->error == 0 && stream->loop->current != NULL && loop_attempts_spent(stream->loop))
        return give_way(stream);
    return stream->error;
}

int coil_stream_flush(struct coil_stream *stream)
{
    int err = coil__stream_may_write(stream, "coil_stream_flush");

    if (err != 0 || stream->held == 0)
        return err;
    coil__outbox_send(stream);
    return stream->error;
}

int coil_stream_write_eof(struct coil_stream *stream)
{
    stream_owned(stream, "coil_stream_write_eof");
    if (stream->error != 0 || stream->closing)
        return stream->error;
    outbox_leave(stream);
    stream->eof_asked = true;
    coil__stream_pump(stream);
    return stream->error;
}
