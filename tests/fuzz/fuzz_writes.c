/*
 * libFuzzer's way into writing to streams: the input is what one task writes to three of them, and
 * in which ways, while others read at their own pace. Every byte must arrive, once and in order.
 * ./fuzz writes builds and runs it.
 *
 *   byte 0   the simulator's seed
 *   byte 1   of each stream a bit: its writes are coalesced; another: its watermarks are low; bit
 *            6: readers are slow
 *   others   in pairs: which stream and which way, how much
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <coil/coil.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { STREAMS = 3, MOST = 255 * 150 };

struct line {
    struct coil_stream *near, *far;
    size_t written, read;
    int number, slow;
};

struct input {
    const uint8_t *at, *end;
    uint8_t flags;
    struct line lines[STREAMS];
};

static void require(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

/* Byte i of what a line says: no two places of it, or of two lines, are easily confused. */
static char byte_at(const struct line *line, size_t i)
{
    return (char)('!' + (i * 7 + i / 251 + (size_t)line->number * 31) % 90);
}

static coil_async struct coil_result reader(void *arg)
{
    struct line *line = arg;

    for (size_t round = 0;; round++) {
        char data[3000], *any = data;
        int64_t n = round % 3 == 0 ? coil_stream_readany(line->far, &any)
                                   : coil_stream_read(line->far, data, 1 + round * 97 % 2999);

        require(n >= 0, "reading failed");
        if (n == 0)
            return coil_value(NULL);
        for (int64_t i = 0; i < n; i++)
            require(any[i] == byte_at(line, line->read++), "a byte is not the one that was next");
        if (line->slow)
            coil_sleep(COIL_US(round * 13 % 50));
    }
}

/* The next bytes of the line, which the way must take as a whole. */
static coil_async void write_some(struct line *line, unsigned way, size_t size)
{
    static char data[MOST];
    size_t first = size / 3, second = first / 2;
    struct iovec parts[] = {{data, first},
                            {NULL, 0},
                            {data + first, second},
                            {data + first + second, size - first - second}};
    int err;

    for (size_t i = 0; i < size; i++)
        data[i] = byte_at(line, line->written + i);
    switch (way) {
    case 0: err = coil_stream_write(line->near, data, size); break;
    case 1: err = coil_stream_writev(line->near, parts, 4); break;
    case 2: err = coil_stream_printf(line->near, "%.*s", (int)size, data); break;
    default: err = coil_stream_sendall(line->near, data, size);
    }
    require(err == 0, "writing failed");
    line->written += size;
    for (size_t i = 0; i < size; i++)
        data[i] = '~'; /* nobody needs it any more */
}

static coil_async void do_one(struct line *line, unsigned way, size_t size)
{
    switch (way) {
    case 4: require(coil_stream_flush(line->near) == 0, "flush failed"); break;
    case 5: require(coil_stream_drain(line->near) == 0, "drain failed"); break;
    case 6: coil_sleep(size % 4 == 0 ? COIL_US(10) : 0); break;
    case 7: coil_stream_set_watermarks(line->near, size, size / 3); break;
    default: write_some(line, way, way & 8 ? size * 150 : size);
    }
    require(line->read + coil_stream_pending(line->near) <= line->written, "bytes were made up");
}

static coil_async struct coil_result program(void *arg)
{
    struct input *input = arg;
    struct coil_future *readers[STREAMS];

    for (int i = 0; i < STREAMS; i++) {
        struct coil_stream_options options = {
            .coalesce_writes = input->flags >> i & 1,
            .high_bytes = input->flags >> (i + 3) & 1 ? 100 : 0,
        };
        struct line *line = &input->lines[i];
        int fds[2];

        *line = (struct line){.number = i, .slow = input->flags >> 6 & 1};
        require(coil_sock_pair(AF_UNIX, SOCK_STREAM, fds) == 0, "no sockets");
        require(coil_stream_open(fds[0], &options, &line->near) == 0, "no stream");
        require(coil_stream_open(fds[1], NULL, &line->far) == 0, "no stream");
        readers[i] = coil_create_task(reader, line);
    }
    for (; input->at + 1 < input->end; input->at += 2)
        do_one(&input->lines[input->at[0] % STREAMS], input->at[0] / STREAMS % 12, input->at[1]);
    for (int i = 0; i < STREAMS; i++)
        coil_stream_unref(input->lines[i].near);
    for (int i = 0; i < STREAMS; i++)
        coil_join(readers[i]);
    for (int i = 0; i < STREAMS; i++) {
        require(input->lines[i].read == input->lines[i].written, "bytes are lost");
        coil_stream_unref(input->lines[i].far);
    }
    return coil_value(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct coil_loop_options options = {.driver = "sim"};
    struct input input;

    if (size < 2)
        return 0;
    options.sim_seed = bytes[0];
    input.flags = bytes[1];
    input.at = bytes + 2;
    input.end = bytes + size;
    require(coil_run_with(program, &input, &options).status == 0, "the program failed");
    return 0;
}
