/* Two streams connected to each other, and data that can be told from any other. */
#ifndef UNIT_STREAMS_H
#define UNIT_STREAMS_H

#include <stdlib.h>

#include <sys/socket.h>

#include "unit/loop/inside.h"

struct both {
    struct coil_stream *near, *far;
};

static const struct coil_stream_options together = {.coalesce_writes = true};
static const struct coil_stream_options low_water = {.high_bytes = 1000, .low_bytes = 100};

static inline struct both open_both(const struct coil_stream_options *options)
{
    struct both both;
    int fds[2];

    CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, fds), 0);
    CHECK_EQ(coil_stream_open(fds[0], options, &both.near), 0);
    CHECK_EQ(coil_stream_open(fds[1], options, &both.far), 0);
    return both;
}

static inline void unref_both(struct both *both)
{
    coil_stream_unref(both->near);
    coil_stream_unref(both->far);
}

/* Byte number `i` of any long message. */
static inline char byte_at(size_t i)
{
    return (char)('a' + (i * 7 + i / 251) % 26);
}

static inline void fill_bytes(char *data, size_t from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        data[i] = byte_at(from + i);
}

static inline void check_bytes(const char *data, size_t from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != byte_at(from + i))
            FAIL("byte %zu is wrong", from + i);
}

/* Writes until the world takes no more, then beyond the high watermark; how much in all. */
static inline size_t fill_up(struct coil_stream *stream)
{
    char data[997];
    size_t written = 0;

    while (coil_stream_pending(stream) <= low_water.high_bytes) {
        fill_bytes(data, written, sizeof(data));
        CHECK_EQ(coil_stream_write(stream, data, sizeof(data)), 0);
        written += sizeof(data);
    }
    return written;
}

/* So many of the bytes that fill_up or fill_bytes wrote. */
static inline coil_async void check_gets(struct coil_stream *stream, size_t size)
{
    char *data = malloc(size);

    CHECK_EQ(coil_stream_readexactly(stream, data, size), (int64_t)size);
    check_bytes(data, 0, size);
    free(data);
}

static inline void write_text(struct coil_stream *stream, const char *text)
{
    CHECK_EQ(coil_stream_write(stream, text, strlen(text)), 0);
}

/* It does not go out at once. */
static inline void hold_text(struct coil_stream *stream, const char *text)
{
    write_text(stream, text);
    CHECK_EQ(coil_stream_pending(stream), strlen(text));
}

/* The text comes next. */
static inline coil_async void check_received(struct coil_stream *stream, const char *text)
{
    size_t size = strlen(text);
    char data[100];

    CHECK_EQ(coil_stream_readexactly(stream, data, size), (int64_t)size);
    CHECK_EQ(memcmp(data, text, size), 0);
}

#endif
