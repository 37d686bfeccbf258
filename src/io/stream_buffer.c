/* What a stream has received, and nobody has read: where it is kept, and how it is handed out. */
#include "io/stream.h"

void coil__stream_give_back(struct coil_stream *stream)
{
    if (!stream->borrowed)
        return;
    if (stream->loop != NULL)
        spares_give(&stream->loop->spares, stream->in);
    else
        mem_free(stream->in);
    stream->in = stream->own;
    stream->in_size = stream->own_size;
    stream->in_begin = stream->in_end = 0;
    stream->borrowed = false;
    stream->zero_at = NULL;
}

void coil__stream_borrow(struct coil_stream *stream, char *spare, size_t more)
{
    size_t have = stream_buffered(stream);

    if (have > 0)
        memcpy(spare, stream->in + stream->in_begin, have);
    stream->own = stream->in;
    stream->own_size = stream->in_size;
    stream->borrowed = true;
    stream->in = spare;
    stream->in_size = SPARE_BYTES;
    stream->in_begin = 0;
    stream->in_end = have + more;
}

void coil__stream_take_back(struct coil_stream *stream)
{
    *stream->zero_at = stream->under_zero;
    stream->zero_at = NULL;
    coil__stream_give_back(stream);
}

char *coil__stream_hand_out(struct coil_stream *stream, size_t size)
{
    char *data = stream->in + stream->in_begin;

    stream->in_begin += size;
    stream->zero_at = data + size;
    stream->under_zero = *stream->zero_at;
    *stream->zero_at = '\0';
    return data;
}

size_t coil__stream_take(struct coil_stream *stream, void *data, size_t size)
{
    size_t n = stream_buffered(stream) < size ? stream_buffered(stream) : size;

    if (n > 0)
        memcpy(data, stream->in + stream->in_begin, n);
    stream->in_begin += n;
    return n;
}

int coil__stream_make_room(struct coil_stream *stream, size_t size)
{
    size_t have = stream_buffered(stream), wanted = stream->in_size;
    char *bigger;

    if (stream->in != NULL && stream->in_size - stream->in_end > size)
        return 0;
    if (stream->in_begin > 0 && have > 0)
        memmove(stream->in, stream->in + stream->in_begin, have);
    stream->in_begin = 0;
    stream->in_end = have;
    if (stream->in != NULL && stream->in_size - have > size)
        return 0;
    if (wanted == 0)
        wanted = STREAM_LITTLE;
    while (wanted - have <= size)
        wanted *= 2;
    bigger = mem_realloc(stream->in, wanted);
    if (bigger == NULL)
        return -ENOMEM;
    stream->in = bigger;
    stream->in_size = wanted;
    return 0;
}
