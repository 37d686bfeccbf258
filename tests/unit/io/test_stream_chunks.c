/* What a stream keeps, against a plain string. */
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "base/fault.h"
#include "io/stream.h"
#include "kit.h"

enum { MOST = 200000 };

static char model[MOST], data[40000];
static size_t begin, end; /* of the model: what is kept */

static void compare(const struct coil_stream *stream)
{
    struct iovec parts[STREAM_PARTS];
    size_t n = coil__stream_gather_chunks(stream, parts), at = begin;

    CHECK_EQ(stream->pending, end - begin);
    CHECK(n > 0 || end == begin);
    for (size_t i = 0; i < n; i++) {
        CHECK(parts[i].iov_len > 0 && parts[i].iov_len <= end - at);
        CHECK_EQ(memcmp(parts[i].iov_base, model + at, parts[i].iov_len), 0);
        at += parts[i].iov_len;
    }
    CHECK(at == end || n == STREAM_PARTS);
}

static void keep(struct coil_stream *stream, size_t size)
{
    CHECK_EQ(coil__stream_keep(stream, data, size), 0);
    memcpy(model + end, data, size);
    end += size;
}

static void fill(void)
{
    for (size_t i = 0; i < sizeof(data); i += sizeof(int))
        memcpy(data + i, &(int){rand()}, sizeof(int));
}

TEST(it_goes_out_as_it_was_kept)
{
    struct coil_stream stream = {.pending = 0};

    srand(1);
    for (int again = 0; again < 50; again++) {
        begin = end = 0;
        while (end < MOST - sizeof(data)) {
            fill();
            keep(&stream, 1 + (size_t)rand() % (rand() % 4 != 0 ? 100 : sizeof(data)));
            compare(&stream);
            if (rand() % 2 != 0) {
                size_t n = (size_t)rand() % (end - begin + 1);

                coil__stream_forget_sent(&stream, n);
                begin += n;
                compare(&stream);
            }
        }
        coil__stream_drop_chunks(&stream);
        CHECK_PTR(stream.first, NULL);
        CHECK_EQ(stream.pending, 0);
    }
}

/* An op that is out was told of them. */
TEST(what_was_gathered_stays_where_it_is_while_more_is_kept)
{
    struct coil_stream stream = {.pending = 0};
    struct iovec before[STREAM_PARTS], after[STREAM_PARTS];
    size_t n;

    fill();
    begin = end = 0;
    keep(&stream, 100);
    n = coil__stream_gather_chunks(&stream, before);
    for (int i = 0; i < 20; i++)
        keep(&stream, 5000);
    coil__stream_gather_chunks(&stream, after);
    CHECK_EQ(n, 1);
    CHECK_PTR(after[0].iov_base, before[0].iov_base);
    CHECK_EQ(memcmp(before[0].iov_base, model, 100), 0);
    coil__stream_drop_chunks(&stream);
}

TEST(without_memory_nothing_of_it_is_kept)
{
    struct coil_stream stream = {.pending = 0};

    fill();
    begin = end = 0;
    keep(&stream, 16000);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil__stream_keep(&stream, data, 1000), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    compare(&stream);
    coil__stream_drop_chunks(&stream);
}
