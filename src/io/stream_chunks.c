/* What a stream keeps until the world takes it. */
#include "io/stream.h"

#define CHUNK_SIZE (16u << 10)

void coil__stream_drop_chunks(struct coil_stream *stream)
{
    while (stream->first != NULL) {
        struct chunk *chunk = stream->first;

        stream->first = chunk->next;
        mem_free(chunk);
    }
    stream->last = NULL;
    stream->pending = 0;
}

/* The tail of the last chunk is free, also while its front is lent. */
int coil__stream_keep(struct coil_stream *stream, const char *data, size_t size)
{
    struct chunk *last = stream->last;
    size_t room = last == NULL ? 0 : last->size - last->end;
    size_t now = size < room ? size : room, rest = size - now;
    struct chunk *chunk = NULL;

    if (rest > 0) {
        size_t space = rest > CHUNK_SIZE ? rest : CHUNK_SIZE;

        chunk = mem_alloc(sizeof(*chunk) + space);
        if (chunk == NULL)
            return -ENOMEM;
        *chunk = (struct chunk){.end = rest, .size = space};
        memcpy(chunk->data, data + now, rest);
    }
    if (now > 0) {
        memcpy(last->data + last->end, data, now);
        last->end += now;
    }
    if (chunk != NULL) {
        if (last == NULL)
            stream->first = chunk;
        else
            last->next = chunk;
        stream->last = chunk;
    }
    stream->pending += size;
    return 0;
}

void coil__stream_forget_sent(struct coil_stream *stream, size_t n)
{
    stream->pending -= n;
    while (n > 0) {
        struct chunk *chunk = stream->first;
        size_t part = chunk->end - chunk->begin;

        if (n < part || chunk == stream->last) {
            chunk->begin += n;
            break;
        }
        n -= part;
        stream->first = chunk->next;
        mem_free(chunk);
    }
    if (stream->pending == 0)
        coil__stream_drop_chunks(stream);
}

size_t coil__stream_gather_chunks(const struct coil_stream *stream, struct iovec *parts)
{
    size_t count = 0;

    for (struct chunk *at = stream->first; at != NULL && count < STREAM_PARTS; at = at->next)
        parts[count++] =
            (struct iovec){.iov_base = at->data + at->begin, .iov_len = at->end - at->begin};
    return count;
}
