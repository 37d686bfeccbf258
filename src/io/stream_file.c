/* Files sent through a stream, in order behind what was written. */
#include "io/alone.h"
#include "io/sendfile.h"

/* Anything else is the file's affair. */
static bool lost(int64_t result)
{
    switch (result) {
    case -EPIPE:
    case -ENOTCONN:
    case -ECONNRESET:
    case -ECONNABORTED:
    case -ETIMEDOUT:
    case -EHOSTUNREACH:
    case -ENETUNREACH: return true;
    default: return false;
    }
}

/* The op's result, or why it has none. */
static coil_async int64_t run(struct coil_stream *stream, struct op_wait *wait)
{
    int err = coil__stream_run_alone(stream, wait);

    return err != 0 ? err : wait->op.result;
}

/* Until all is sent, the file ends, or an error. */
static coil_async int64_t send_in_kernel(struct coil_stream *stream, struct sending *sending)
{
    while (sending->left > 0) {
        struct op_wait wait;
        int64_t result;

        sending_aim(sending, &wait.op, stream->fd);
        result = run(stream, &wait);
        if (lost(result) && stream->error == 0)
            stream->error = (int)result;
        if (result <= 0)
            return result;
        sending_advance(sending, result);
    }
    return 0;
}

static coil_async int64_t send_by_hand(struct coil_stream *stream, struct sending *sending)
{
    char *data = mem_alloc(SENDFILE_PIECE);
    int64_t result = data != NULL ? 0 : -ENOMEM;

    while (result == 0 && sending->left > 0) {
        struct op_wait wait;
        size_t sent = 0;

        sending_read(sending, &wait.op, data);
        result = run(stream, &wait);
        if (result <= 0)
            break;
        result = coil__stream_send_alone(stream, data, (size_t)result, &sent);
        sending_advance(sending, (int64_t)sent);
    }
    mem_free(data);
    return result;
}

static coil_async int64_t send_file(struct coil_stream *stream, struct sending *sending)
{
    int64_t result = coil__stream_begin_alone(stream, "coil_stream_sendfile");

    if (result != 0)
        return result;
    result = stream->kind == STREAM_SOCKET ? send_in_kernel(stream, sending) : -EINVAL;
    if (sending_cannot(result))
        result = send_by_hand(stream, sending);
    coil__stream_end_alone(stream);
    return result;
}

coil_async int64_t coil_stream_sendfile(struct coil_stream *stream, int file, int64_t offset,
                                        size_t size)
{
    struct sending sending = {.file = file, .offset = offset, .left = size};
    int64_t result = coil__stream_may_write(stream, "coil_stream_sendfile");

    stream->partial = 0;
    if (result != 0 || offset < 0)
        return result != 0 ? result : -EINVAL;
    if (size == 0)
        return 0;
    coil_stream_ref(stream);
    result = send_file(stream, &sending);
    stream->partial = (size_t)sending.sent;
    coil_stream_unref(stream);
    return result < 0 ? result : sending.sent;
}
