/*
 * libFuzzer's way into reading from streams: the input is what arrives and in which ways it is
 * read. Each answer must be what a plain model of asyncio's rules says. ./fuzz streams builds and
 * runs it.
 *
 *   byte 0   odd: a limit of 1 to 32, and everything arrives at once, for what is thrown away of a
 *            line that is too long depends on that; even: no limit to speak of, and the simulator
 *            cuts it up by this seed
 *   byte 1   how many of the others are the content; the rest are the ways of reading
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <coil/coil.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct input {
    size_t limit;
    const char *content;
    size_t size, at; /* at: so much the model has read */
    const uint8_t *ways, *end;
};

/* A way has the first of them in two of its bits, and how many more in the next two. */
static const struct coil_separator separators[] = {
    {"\n", 1}, {";", 1}, {";;", 2}, {"ab\n", 3}, {"\n", 1}, {"a", 1}, {"b;", 2},
};

static void require(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

/* What came must be what comes next. */
static void take(struct input *input, const char *data, size_t n)
{
    require(n <= input->size - input->at, "more came than was sent");
    require(memcmp(data, input->content + input->at, n) == 0, "other bytes came than were sent");
    input->at += n;
}

/* The shortest beginning of the rest that ends in one of them; of two the shorter. */
static size_t model_find(const char *rest, size_t left, const struct coil_separator *any, size_t n,
                         size_t *begin)
{
    for (size_t end = 1; end <= left; end++) {
        size_t best = 0;

        for (size_t i = 0; i < n; i++)
            if (any[i].size <= end && (best == 0 || any[i].size < best) &&
                memcmp(rest + end - any[i].size, any[i].data, any[i].size) == 0)
                best = any[i].size;
        if (best > 0) {
            *begin = end - best;
            return end;
        }
    }
    return 0;
}

/* asyncio's readuntil, on all that is left. */
static int64_t model_until(const struct input *input, const struct coil_separator *any, size_t n,
                           size_t *consumed)
{
    size_t left = input->size - input->at, longest = 0;
    size_t end = model_find(input->content + input->at, left, any, n, consumed);

    for (size_t i = 0; i < n; i++)
        longest = any[i].size > longest ? any[i].size : longest;
    if (end == 0)
        *consumed = left < longest ? 0 : left + 1 - longest;
    if (*consumed > input->limit)
        return -COIL_ELIMIT;
    return end > 0 ? (int64_t)end : -COIL_EINCOMPLETE;
}

static coil_async void read_until(struct input *input, struct coil_stream *stream,
                                  const struct coil_separator *any, size_t count)
{
    size_t consumed;
    int64_t should = model_until(input, any, count, &consumed);
    char *data;
    int64_t n = count == 1 ? coil_stream_readuntil(stream, any->data, any->size, &data)
                           : coil_stream_readuntil_any(stream, any, count, &data);

    require(n == should, "readuntil says something else");
    if (n > 0)
        take(input, data, (size_t)n);
    if (n == -COIL_ELIMIT)
        require(coil_stream_consumed(stream) == consumed, "another part can be consumed");
    if (n == -COIL_EINCOMPLETE) {
        require(coil_stream_partial(stream) == input->size - input->at, "not all of the rest came");
        take(input, data, coil_stream_partial(stream));
    }
    require(n == -COIL_ELIMIT || data[n > 0 ? (size_t)n : coil_stream_partial(stream)] == '\0',
            "no zero is behind it");
}

static coil_async void read_line(struct input *input, struct coil_stream *stream)
{
    size_t consumed;
    int64_t should = model_until(input, separators, 1, &consumed);
    char *line;
    int64_t n = coil_stream_readline(stream, &line);

    if (should == -COIL_ELIMIT) {
        require(n == -COIL_ELIMIT, "a line that is too long is read");
        if (input->at + consumed < input->size && input->content[input->at + consumed] == '\n')
            input->at += consumed + 1;
        else
            input->at = input->size;
        return;
    }
    if (should == -COIL_EINCOMPLETE)
        should = (int64_t)(input->size - input->at);
    require(n == should, "readline says something else");
    take(input, line, (size_t)n);
    require(line[n] == '\0', "no zero is behind it");
}

static coil_async void read_exactly(struct input *input, struct coil_stream *stream, size_t size)
{
    size_t left = input->size - input->at;
    char data[64];
    int64_t n = coil_stream_readexactly(stream, data, size);

    require(n == (size <= left ? (int64_t)size : -COIL_EINCOMPLETE),
            "readexactly says something else");
    if (n < 0)
        require(coil_stream_partial(stream) == left, "not all of the rest came");
    take(input, data, n < 0 ? left : size);
}

static coil_async void read_some(struct input *input, struct coil_stream *stream, size_t size)
{
    char data[64];
    int64_t n = coil_stream_read(stream, data, size);

    require(n >= 0 && (size_t)n <= size, "read says nonsense");
    require((n == 0) == (size == 0 || input->at == input->size), "the end is in the wrong place");
    take(input, data, (size_t)n);
}

static coil_async void read_any(struct input *input, struct coil_stream *stream)
{
    char *data;
    int64_t n = coil_stream_readany(stream, &data);

    require(n >= 0 && (size_t)n <= input->size - input->at, "readany says nonsense");
    require((n == 0) == (input->at == input->size), "the end is in the wrong place");
    require(n == 0 || data[n] == '\0', "no zero is behind it");
    take(input, data, (size_t)n);
}

static coil_async void read_one_way(struct input *input, struct coil_stream *stream, uint8_t way)
{
    switch (way & 3) {
    case 0: read_line(input, stream); break;
    case 1: read_until(input, stream, separators + (way >> 2 & 3), 1 + (way >> 4 & 3)); break;
    case 2: read_exactly(input, stream, way >> 2); break;
    default:
        if (way == 0xff)
            read_any(input, stream);
        else
            read_some(input, stream, way >> 2);
    }
}

static coil_async struct coil_result program(void *arg)
{
    struct input *input = arg;
    struct coil_stream_options options = {.limit_bytes = input->limit};
    struct coil_stream *near, *far;
    char *rest;
    int64_t n;
    int fds[2];

    require(coil_sock_pair(AF_UNIX, SOCK_STREAM, fds) == 0, "no sockets");
    require(coil_stream_open(fds[0], &options, &near) == 0, "no stream");
    require(coil_stream_open(fds[1], NULL, &far) == 0, "no stream");
    coil_stream_write(far, input->content, input->size);
    coil_stream_close(far);
    coil_stream_unref(far);
    while (input->ways < input->end)
        read_one_way(input, near, *input->ways++);
    n = coil_stream_readall(near, &rest);
    require(n == (int64_t)(input->size - input->at), "bytes are lost");
    take(input, rest, (size_t)n);
    free(rest);
    require(coil_stream_at_eof(near), "it is not at the end");
    coil_stream_unref(near);
    return coil_value(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct coil_loop_options options = {.driver = "sim"};
    struct input input;

    if (size < 2)
        return 0;
    input.limit = bytes[0] & 1 ? 1 + (bytes[0] >> 3) : 1u << 20;
    options.sim_seed = bytes[0] & 1 ? 0 : bytes[0] >> 1;
    input.content = (const char *)bytes + 2;
    input.size = bytes[1] < size - 2 ? bytes[1] : size - 2;
    input.at = 0;
    input.ways = bytes + 2 + input.size;
    input.end = bytes + size;
    require(coil_run_with(program, &input, &options).status == 0, "the program failed");
    return 0;
}
