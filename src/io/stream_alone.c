/* Sending through a stream without a copy. */
#include "io/alone.h"
#include "io/outbox.h"

/* Meanwhile others may abort the stream. */
coil_async int coil__stream_run_alone(struct coil_stream *stream, struct op_wait *wait)
{
    int err = 0;

    wait->done = NULL;
    if (!op_attempt(stream->loop, &wait->op)) {
        stream->sender = wait;
        err = coil__op_wait(wait, "stream write");
        stream->sender = NULL;
    }
    return err != 0 ? err : stream->error;
}

/* Some of the caller's own memory goes out. */
static coil_async int64_t send_some(struct coil_stream *stream, const char *data, size_t size)
{
    struct op_wait wait;
    int err;

    coil__stream_aim(stream, &wait.op, data, size);
    err = coil__stream_run_alone(stream, &wait);
    if (err != 0)
        return err;
    if (wait.op.result <= 0)
        stream->error = wait.op.result == 0 ? -EPIPE : (int)wait.op.result;
    return stream->error != 0 ? stream->error : wait.op.result;
}

coil_async int coil__stream_send_alone(struct coil_stream *stream, const char *data, size_t size,
                                       size_t *sent)
{
    while (size > 0) {
        int64_t n = send_some(stream, data, size);

        if (n < 0)
            return (int)n;
        *sent += (size_t)n;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

coil_async int coil__stream_begin_alone(struct coil_stream *stream, const char *caller)
{
    int err = 0;

    for (;;) {
        outbox_leave(stream);
        if (err == 0)
            err = coil__stream_may_write(stream, caller);
        if (err != 0)
            return err;
        if (stream->pending == 0 && !stream->direct)
            break;
        err = coil_event_wait(&stream->emptied);
    }
    stream->direct = true;
    coil__stream_note_level(stream);
    return 0;
}

void coil__stream_end_alone(struct coil_stream *stream)
{
    stream->direct = false;
    if (stream->aborted && stream->fd >= 0)
        coil__stream_finish(stream);
    else if (stream->error != 0 && stream->fd >= 0)
        coil__stream_lost(stream, stream->error);
    else if (stream->fd >= 0)
        coil__stream_go_on(stream);
}

coil_async int coil_stream_sendall(struct coil_stream *stream, const void *data, size_t size)
{
    int err = coil__stream_may_write(stream, "coil_stream_sendall");
    size_t sent = 0;

    if (err != 0 || size == 0)
        return err;
    coil_stream_ref(stream);
    err = coil__stream_begin_alone(stream, "coil_stream_sendall");
    if (err == 0) {
        err = coil__stream_send_alone(stream, data, size, &sent);
        coil__stream_end_alone(stream);
    }
    coil_stream_unref(stream);
    return err;
}
