/* What a stream has received and keeps: in memory of its own, or in what it borrowed of the loop.
 */
#include "io/stream.h"

#include "base/spares.h"
#include "unit/io/streams.h"

static struct both both;

static void say(const char *text)
{
    CHECK_EQ(coil_stream_write(both.far, text, strlen(text)), 0);
}

LOOP_TEST(room_is_made_without_losing_what_is_buffered)
{
    struct coil_stream *stream;
    char data[10];

    both = open_both(NULL);
    stream = both.near;
    CHECK_EQ(coil__stream_make_room(stream, 1), 0);
    CHECK_EQ(stream->in_size, STREAM_LITTLE);
    memcpy(stream->in, "0123456789", 10);
    stream->in_end = 10;
    CHECK_EQ(coil__stream_take(stream, data, 3), 3);
    CHECK_EQ(coil__stream_make_room(stream, STREAM_LITTLE - 8), 0); /* moved to the front */
    CHECK_EQ(stream->in_size, STREAM_LITTLE);
    CHECK_EQ(stream->in_begin, 0);
    CHECK_EQ(coil__stream_make_room(stream, 5 * STREAM_LITTLE), 0); /* grown */
    CHECK(stream->in_size - stream->in_end > 5 * STREAM_LITTLE);
    CHECK_EQ(coil__stream_take(stream, data, sizeof(data)), 7);
    CHECK_EQ(memcmp(data, "3456789", 7), 0);
    unref_both(&both);
}

LOOP_TEST(the_byte_under_the_zero_comes_back)
{
    char *data, rest[5];

    both = open_both(NULL);
    CHECK_EQ(coil__stream_make_room(both.near, 10), 0);
    memcpy(both.near->in, "0123456789", 10);
    both.near->in_end = 10;
    data = coil__stream_hand_out(both.near, 5);
    CHECK_STR(data, "01234");
    coil__stream_take_back(both.near);
    CHECK_EQ(coil__stream_take(both.near, rest, sizeof(rest)), 5);
    CHECK_EQ(memcmp(rest, "56789", 5), 0);
    unref_both(&both);
}

LOOP_TEST(a_borrowed_buffer_begins_with_what_was_there_and_leaves_the_own_one_empty)
{
    struct coil_stream *stream;
    char *own, *spare;

    both = open_both(NULL);
    stream = both.near;
    CHECK_EQ(coil__stream_make_room(stream, 10), 0);
    own = stream->in;
    memcpy(own, "01", 2);
    stream->in_end = 2;
    spare = spares_take(&stream->loop->spares);
    memcpy(spare + 2, "234", 3);
    coil__stream_borrow(stream, spare, 3);
    CHECK_STR(coil__stream_hand_out(stream, 5), "01234");
    coil__stream_take_back(stream);
    CHECK_EQ(stream_buffered(stream), 0);
    CHECK(stream->in == own);
    CHECK_EQ(stream->in_size, STREAM_LITTLE);
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_stream_that_is_given_up_with_a_view_gives_its_buffer_back)
{
    struct coil_loop *loop;
    char *data;

    if (SPARES_MOST == 0)
        SKIP("under a sanitizer none is kept");
    both = open_both(NULL);
    loop = both.near->loop;
    say("a view");
    CHECK_EQ(coil_stream_readany(both.near, &data), 6);
    CHECK_EQ(loop->spares.count, 0);
    unref_both(&both);
    CHECK_EQ(loop->spares.count, 1);
}

static coil_async struct coil_result reads_any(void *arg)
{
    char *data;

    (void)arg;
    return coil_number(coil_stream_readany(both.near, &data));
}

static coil_async struct coil_result writes_a_line(void *arg)
{
    static char line[300 << 10];

    (void)arg;
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\n';
    return coil_number(coil_stream_sendall(both.far, line, sizeof(line)));
}

/* A long line makes the stream's own buffer larger than a spare: what comes into it while a readany
 * waits must have room in a spare all the same. */
DRIVER_LOOP_TEST(who_waits_lends_little_of_a_large_buffer)
{
    static const struct coil_stream_options long_lines = {.limit_bytes = 1 << 20};
    struct coil_future *task;
    char *line;

    both = open_both(&long_lines);
    task = coil_create_task(writes_a_line, NULL);
    CHECK_EQ(coil_stream_readline(both.near, &line), 300 << 10);
    CHECK_EQ(coil_join(task).status, 0);
    CHECK(both.near->in_size > SPARE_BYTES);
    task = coil_create_task(reads_any, NULL);
    for (int i = 0; i < 3; i++)
        coil_yield();
    CHECK(both.near->reader != NULL);
    if (coil__loop_running->driver->ops->unready == NULL)
        CHECK(both.near->reader->op.rw.size < STREAM_LITTLE);
    say("little");
    CHECK_EQ(coil_join(task).status, 6);
    unref_both(&both);
}
