/* A stream's life: opened, shared, closed. */
#include "io/outbox.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "io/world.h"

static void set_watermarks(struct coil_stream *stream, size_t high, size_t low)
{
    stream->high = high != 0 ? high : STREAM_LIMIT;
    stream->low = low != 0 ? low : stream->high / 4;
    if (stream->low > stream->high)
        stream->low = stream->high;
    if (stream->hold != 0)
        stream->hold = (uint16_t)(stream->high < OUTBOX_MOST ? stream->high : OUTBOX_MOST);
}

/* The loop closes: what is out comes back, and is the last. */
static void loop_closes(struct loop_guest *guest)
{
    struct coil_stream *stream = container_of(guest, struct coil_stream, guest);

    coil_stream_ref(stream);
    if (stream->error == 0)
        stream->error = -COIL_ESTOPPED;
    stream->closing = true;
    stream->aborted = true;
    if (stream->out)
        coil__drive_cancel(stream->loop->driver, &stream->op);
    else if (stream->fd >= 0)
        coil__stream_finish(stream);
    coil_stream_unref(stream);
}

int coil__stream_new(int fd, enum stream_kind kind, const struct coil_stream_options *options,
                     struct coil_stream **out)
{
    static const struct coil_stream_options defaults;
    struct coil_loop *loop = loop_here("coil_stream_open");
    struct coil_stream *stream = mem_zalloc(sizeof(*stream));

    if (stream == NULL) {
        WORLD(loop, close, fd);
        return -ENOMEM;
    }
    if (options == NULL)
        options = &defaults;
    stream->loop = loop;
    stream->guest.loop_closes = loop_closes;
    list_append(&loop->guests, &stream->guest.link);
    stream->refs = 1;
    stream->fd = fd;
    stream->kind = (uint8_t)kind;
    stream->limit = options->limit_bytes != 0 ? options->limit_bytes : STREAM_LIMIT;
    stream->hold = options->coalesce_writes; /* how much, the watermarks say */
    set_watermarks(stream, options->high_bytes, options->low_bytes);
    coil_event_set(&stream->drained);
    coil_event_set(&stream->emptied);
    *out = stream;
    return 0;
}

int coil_stream_open(int fd, const struct coil_stream_options *options, struct coil_stream **out)
{
    struct coil_loop *loop = loop_here("coil_stream_open");
    const int on = 1;
    int type = SOCK_STREAM;
    uint32_t length = sizeof(type);
    bool socket = WORLD(loop, get_option, fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0;
    int err;

    if (socket && type == SOCK_STREAM) /* refused where it is no TCP, which is fine */
        WORLD(loop, set_option, fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    err = coil__stream_new(fd, socket ? STREAM_SOCKET : STREAM_OTHER, options, out);
    if (err == 0 && type != SOCK_STREAM)
        (*out)->hold = 0; /* each write is a message */
    return err;
}

struct coil_stream *coil_stream_ref(struct coil_stream *stream)
{
    stream->refs++;
    return stream;
}

static void free_stream(struct coil_stream *stream)
{
    list_leave(&stream->guest.link);
    coil__stream_drop_chunks(stream);
    coil__stream_give_back(stream);
    mem_free(stream->parts);
    mem_free(stream->in);
    mem_free(stream);
}

void coil_stream_unref(struct coil_stream *stream)
{
    if (stream == NULL)
        return;
    stream_owned(stream, "coil_stream_unref");
    if (stream->refs == 1 && stream->fd >= 0) {
        coil__stream_give_back(stream); /* while there is a loop to give it to */
        coil_stream_close(stream);      /* if it cannot at once, it holds itself */
    }
    if (--stream->refs == 0)
        free_stream(stream);
}

void coil__stream_finish(struct coil_stream *stream)
{
    int fd = stream->fd;

    stream->fd = -1;
    coil__outbox_drop(stream);
    WORLD(stream->loop, close, fd);
    list_leave(&stream->guest.link);
    stream->loop = NULL;
    coil__stream_drop_chunks(stream);
    coil_event_set(&stream->drained);
    coil_event_set(&stream->emptied);
    coil_event_set(&stream->closed);
}

bool coil__stream_was_reset(const struct coil_stream *stream)
{
    switch (stream->error) {
    case -ECONNRESET:
    case -ECONNABORTED:
    case -ETIMEDOUT:
    case -EHOSTUNREACH:
    case -ENETUNREACH: return stream->kind == STREAM_SOCKET;
    default: return false;
    }
}

void coil__stream_unreadable(struct coil_stream *stream, int error)
{
    stream->read_error = error;
    if (stream->kind != STREAM_SOCKET)
        return;
    if (stream->error == -EPIPE)
        stream->error = error;
    if (!stream->out && !stream->direct)
        coil__stream_lost(stream, error);
    else if (stream->error == 0)
        stream->error = error; /* the rest when what is out comes back */
}

/* A task that reads gets the end, one that sends from its own memory an error. */
static void call_back(struct coil_stream *stream, struct op_wait *wait)
{
    if (wait != NULL && wait->op.state != OP_IDLE)
        coil__drive_cancel(stream->loop->driver, &wait->op);
}

void coil_stream_close(struct coil_stream *stream)
{
    stream_owned(stream, "coil_stream_close");
    if (stream->closing)
        return;
    outbox_leave(stream);
    stream->closing = true;
    call_back(stream, stream->reader);
    if (!stream->out && !stream->direct)
        coil__stream_pump(stream);
}

/* Told by a reset instead of an orderly end. */
static void arm_reset(struct coil_stream *stream)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (stream->kind == STREAM_SOCKET)
        WORLD(stream->loop, set_option, stream->fd, SOL_SOCKET, SO_LINGER, &at_once,
              sizeof(at_once));
}

void coil_stream_abort(struct coil_stream *stream)
{
    stream_owned(stream, "coil_stream_abort");
    if (stream->fd < 0 || stream->aborted)
        return;
    stream->aborted = true;
    if (stream->error == 0 && (stream->pending > 0 || stream->held != 0 || stream->direct))
        stream->error = -ECONNABORTED;
    arm_reset(stream);
    if (!stream->closing) {
        stream->closing = true;
        call_back(stream, stream->reader);
    }
    if (stream->out)
        coil__drive_cancel(stream->loop->driver, &stream->op);
    else if (stream->direct)
        call_back(stream, stream->sender);
    else
        coil__stream_finish(stream);
}

coil_async int coil_stream_wait_closed(struct coil_stream *stream)
{
    int err = 0;

    stream_owned(stream, "coil_stream_wait_closed");
    if (stream->fd >= 0 && stream->error == 0) {
        coil_stream_ref(stream);
        err = coil_event_wait(&stream->closed);
        coil_stream_unref(stream);
    }
    return err != 0 ? err : stream->error;
}

bool coil_stream_closing(const struct coil_stream *stream)
{
    return stream->closing;
}

void coil_stream_set_watermarks(struct coil_stream *stream, size_t high_bytes, size_t low_bytes)
{
    stream_owned(stream, "coil_stream_set_watermarks");
    outbox_leave(stream);
    set_watermarks(stream, high_bytes, low_bytes);
}

size_t coil_stream_pending(const struct coil_stream *stream)
{
    return stream->pending + coil__outbox_size(stream);
}

int coil_stream_fd(const struct coil_stream *stream)
{
    return stream->fd;
}

int coil_stream_peer(const struct coil_stream *stream, struct coil_address *out)
{
    if (stream->fd < 0)
        return -ENOTCONN;
    out->length = sizeof(out->as);
    return WORLD(stream->loop, name, stream->fd, true, &out->as.any, &out->length);
}
