/* Bytes of many streams, held back and sent together. */
#include "io/outbox.h"

#include <assert.h>

#include <sys/uio.h>

static_assert(OUTBOX_STREAMS <= UINT16_MAX && OUTBOX_MOST <= UINT16_MAX,
              "a stream has 16 bits for each");

struct outbox {
    struct loop_outbox base;
    struct driver *driver;
    size_t used;
    size_t others;                           /* that are no sockets */
    struct drive_send sends[OUTBOX_STREAMS]; /* the first base.count of them */
    uint32_t room[OUTBOX_STREAMS];           /* that each has, or more if it is the last in bytes */
    char bytes[OUTBOX_BYTES];
};

static struct outbox *outbox_of(const struct coil_stream *stream)
{
    return container_of(stream->loop->outbox, struct outbox, base);
}

static struct drive_send *send_of(const struct coil_stream *stream)
{
    return &outbox_of(stream)->sends[stream->held - 1];
}

/* The rest is the stream's to send. */
static void came(struct coil_stream *stream, const struct drive_send *send)
{
    size_t n = send->result > 0 ? (size_t)send->result : 0;

    if (likely(n == send->size))
        return;
    if (send->result < 0 && send->result != -EAGAIN)
        coil__stream_lost(stream, (int)send->result);
    else if (coil__stream_keep(stream, send->data + n, send->size - n) != 0)
        coil__stream_lost(stream, -ENOMEM);
    else
        coil__stream_go_on(stream);
}

/* Its place goes to the last one; its bytes stay where they are. */
static void leave(struct outbox *outbox, struct coil_stream *stream)
{
    unsigned at = stream->held - 1u, last = (unsigned)--outbox->base.count;

    outbox->others -= stream->kind != STREAM_SOCKET;
    outbox->sends[at] = outbox->sends[last];
    outbox->room[at] = outbox->room[last];
    ((struct coil_stream *)outbox->sends[at].owner)->held = (uint16_t)(at + 1);
    stream->held = 0;
    if (last == 0)
        outbox->used = 0;
}

void coil__outbox_drop(struct coil_stream *stream)
{
    if (stream->held != 0)
        leave(outbox_of(stream), stream);
}

void coil__outbox_send(struct coil_stream *stream)
{
    struct driver *driver = stream->loop->driver;
    struct drive_send send = *send_of(stream);
    struct op op;

    leave(outbox_of(stream), stream);
    coil__stream_aim(stream, &op, send.data, send.size);
    send.result = driver->ops->attempt(driver, &op);
    came(stream, &send);
}

size_t coil__outbox_size(const struct coil_stream *stream)
{
    return stream->held == 0 ? 0 : send_of(stream)->size;
}

/* Before sockets are sent to together. */
static void write_others(struct outbox *outbox)
{
    size_t i = 0;

    while (outbox->others > 0 && i < outbox->base.count) {
        struct coil_stream *stream = outbox->sends[i].owner;

        if (stream->kind == STREAM_SOCKET)
            i++;
        else
            coil__outbox_send(stream); /* and another one has its place */
    }
}

/* Nobody adds anything meanwhile. */
static void empty(struct loop_outbox *base)
{
    struct outbox *outbox = container_of(base, struct outbox, base);
    size_t count;

    write_others(outbox);
    count = base->count;
    if (count == 0)
        return;
    outbox->driver->ops->send(outbox->driver, outbox->sends, count);
    base->count = 0;
    outbox->used = 0;
    for (size_t i = 0; i < count; i++) {
        struct coil_stream *stream = outbox->sends[i].owner;

        stream->held = 0;
        came(stream, &outbox->sends[i]);
    }
}

static struct outbox *outbox_in(struct coil_loop *loop)
{
    struct outbox *outbox;

    if (likely(loop->outbox != NULL))
        return container_of(loop->outbox, struct outbox, base);
    outbox = mem_alloc(sizeof(*outbox));
    if (outbox == NULL)
        return NULL;
    outbox->base = (struct loop_outbox){.empty = empty};
    outbox->driver = loop->driver;
    outbox->others = 0;
    outbox->used = 0;
    loop->outbox = &outbox->base;
    return outbox;
}

/* Room for more behind what an entry has, where it lies or at another place; false: there is
 * none. */
static bool extend(struct outbox *outbox, unsigned at, size_t more)
{
    struct drive_send *send = &outbox->sends[at];
    size_t wanted = send->size + more, have = outbox->room[at], left = OUTBOX_BYTES - outbox->used;
    bool last = send->data + have == outbox->bytes + outbox->used;

    if (wanted <= have)
        return true;
    if (!last)
        wanted *= 2; /* others go on, too: it shall not move every time */
    if (wanted - (last ? have : 0) > left)
        return false;
    if (last) {
        outbox->used += wanted - have;
    } else {
        send->data = memcpy(outbox->bytes + outbox->used, send->data, send->size);
        outbox->used += wanted;
    }
    outbox->room[at] = (uint32_t)wanted;
    return true;
}

static bool begin(struct outbox *outbox, struct coil_stream *stream, size_t size)
{
    size_t at = outbox->base.count;

    if (at == OUTBOX_STREAMS || size > OUTBOX_BYTES - outbox->used)
        return false;
    outbox->sends[at].data = outbox->bytes + outbox->used;
    outbox->sends[at].owner = stream;
    outbox->sends[at].size = 0;
    outbox->sends[at].fd = stream->fd;
    outbox->room[at] = (uint32_t)size;
    outbox->used += size;
    outbox->others += stream->kind != STREAM_SOCKET;
    stream->held = (uint16_t)++outbox->base.count;
    return true;
}

static bool make_room(struct outbox *outbox, struct coil_stream *stream, size_t size)
{
    return stream->held != 0 ? extend(outbox, stream->held - 1u, size)
                             : begin(outbox, stream, size);
}

static bool may_hold(const struct coil_stream *stream, size_t size)
{
    return size <= stream->hold && stream->pending == 0 && !stream->direct && stream->error == 0 &&
           !stream->loop->closing;
}

static size_t size_of(const struct iovec *parts, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += parts[i].iov_len;
    return size;
}

static void put(struct drive_send *send, const struct iovec *parts, size_t count)
{
    char *outbox = (char *)(uintptr_t)send->data;

    for (size_t i = 0; i < count; i++) {
        if (parts[i].iov_len > 0) /* or it may be at NULL */
            memcpy(outbox + send->size, parts[i].iov_base, parts[i].iov_len);
        send->size += (uint32_t)parts[i].iov_len;
    }
}

int coil__outbox_add(struct coil_stream *stream, const struct iovec *parts, size_t count)
{
    size_t size = size_of(parts, count);
    struct outbox *outbox = outbox_in(stream->loop);

    if (size == 0)
        return 1;
    if (stream->held != 0 &&
        (stream->loop->closing || coil__outbox_size(stream) + size > stream->hold))
        coil__outbox_send(stream);
    if (outbox == NULL || !may_hold(stream, size))
        return stream->error;
    if (!make_room(outbox, stream, size)) {
        empty(&outbox->base);
        if (!may_hold(stream, size) || !make_room(outbox, stream, size))
            return stream->error;
    }
    put(send_of(stream), parts, count);
    loop_charge(stream->loop, (int64_t)size);
    return 1;
}
