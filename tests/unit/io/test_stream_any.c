/* Reading as much as there is, in memory of the loop's: what comes in any size is whole, and views
 * stay good until the next read. A stream that only its reader holds is whole until that reader has
 * left it. */
#include <stdlib.h>

#include "base/fault.h"
#include "base/spares.h"
#include "io/stream.h"
#include "unit/io/streams.h"

static struct both both;

static void say(const char *text)
{
    CHECK_EQ(coil_stream_write(both.far, text, strlen(text)), 0);
}

DRIVER_LOOP_TEST(readany_gives_what_is_there_and_zero_at_the_end)
{
    char *data;

    both = open_both(NULL);
    say("hello");
    CHECK_EQ(coil_stream_readany(both.near, &data), 5);
    CHECK_STR(data, "hello");
    say("more");
    CHECK_EQ(coil_stream_write_eof(both.far), 0);
    CHECK_EQ(coil_stream_readany(both.near, &data), 4);
    CHECK_STR(data, "more");
    CHECK_EQ(coil_stream_readany(both.near, &data), 0);
    CHECK_STR(data, "");
    CHECK(coil_stream_at_eof(both.near));
    CHECK_EQ(coil_stream_readany(both.near, &data), 0);
    unref_both(&both);
}

struct message {
    size_t size; /* in all */
    size_t piece;
};

static coil_async struct coil_result sends(void *arg)
{
    const struct message *message = arg;
    char *data = malloc(message->piece);

    for (size_t at = 0; at < message->size; at += message->piece) {
        fill_bytes(data, at, message->piece);
        CHECK_EQ(coil_stream_sendall(both.far, data, message->piece), 0);
        coil_yield();
    }
    free(data);
    CHECK_EQ(coil_stream_write_eof(both.far), 0);
    return coil_value(NULL);
}

/* Every byte, whatever the sizes of the pieces; the largest that came at once. */
static coil_async size_t check_all(size_t size)
{
    size_t have = 0, most = 0;
    char *data;
    int64_t n;

    while ((n = coil_stream_readany(both.near, &data)) > 0) {
        check_bytes(data, have, (size_t)n);
        CHECK_EQ(data[n], 0);
        have += (size_t)n;
        most = (size_t)n > most ? (size_t)n : most;
    }
    CHECK_EQ(n, 0);
    CHECK_EQ(have, size);
    return most;
}

static coil_async size_t check_sent(size_t size, size_t piece)
{
    struct message message = {.size = size, .piece = piece};
    struct coil_future *task;
    size_t most;

    both = open_both(NULL);
    task = coil_create_task(sends, &message);
    most = check_all(size);
    CHECK_EQ(coil_join(task).status, 0);
    unref_both(&both);
    return most;
}

DRIVER_LOOP_TEST(pieces_around_the_size_of_a_buffer_come_whole)
{
    static const size_t pieces[] = {1,    4094,           4095,       4096,          4097,
                                    8190, SPARE_DATA - 1, SPARE_DATA, SPARE_DATA + 1};

    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++)
        check_sent(3 * pieces[i], pieces[i]);
}

DRIVER_LOOP_TEST(much_comes_in_large_helpings)
{
    CHECK(check_sent(40 * 32768, 32768) > 8192);
}

/* All of it is there before it is read, where the world keeps so much. */
static coil_async void check_at_once(size_t size)
{
    char *data = malloc(size);
    size_t have = 0, written;

    both = open_both(NULL);
    fill_bytes(data, 0, size);
    CHECK_EQ(coil_stream_write(both.far, data, size), 0);
    written = size - coil_stream_pending(both.far);
    free(data);
    while (have < size) {
        int64_t n = coil_stream_readany(both.near, &data);

        CHECK(n > 0 && (size_t)n <= SPARE_DATA);
        if (have == 0)
            CHECK_EQ(n, written < SPARE_DATA ? written : SPARE_DATA);
        check_bytes(data, have, (size_t)n);
        CHECK_EQ(data[n], 0);
        have += (size_t)n;
    }
    CHECK_EQ(have, size);
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_buffer_is_filled_to_its_last_byte)
{
    check_at_once(SPARE_DATA - 1);
    check_at_once(SPARE_DATA);
    check_at_once(SPARE_DATA + 1);
}

DRIVER_LOOP_TEST(the_limit_of_lines_is_none_of_a_helping)
{
    static const struct coil_stream_options short_lines = {.limit_bytes = 10};
    static char much[20000];
    char *data;

    both = open_both(&short_lines);
    say("a line that is too long");
    CHECK_EQ(coil_stream_readany(both.near, &data), 23);
    CHECK_EQ(coil_stream_write(both.far, much, sizeof(much)), 0);
    CHECK(coil_stream_readany(both.near, &data) > 10);
    say("\n");
    while (coil_stream_readany(both.near, &data) != 1)
        ;
    say("a line that is too long\nshort\n");
    CHECK_EQ(coil_stream_readline(both.near, &data), -COIL_ELIMIT);
    CHECK_EQ(coil_stream_readany(both.near, &data), 6);
    CHECK_STR(data, "short\n");
    unref_both(&both);
}

DRIVER_LOOP_TEST(large_and_small_take_turns)
{
    static char much[10000];
    char *data;

    both = open_both(NULL);
    fill_bytes(much, 0, sizeof(much));
    for (int i = 0; i < 5; i++) {
        size_t have = 0;

        say("small");
        CHECK_EQ(coil_stream_readany(both.near, &data), 5);
        CHECK_STR(data, "small");
        CHECK_EQ(coil_stream_write(both.far, much, sizeof(much)), 0);
        while (have < sizeof(much)) {
            int64_t n = coil_stream_readany(both.near, &data);

            CHECK(n > 0);
            check_bytes(data, have, (size_t)n);
            have += (size_t)n;
        }
    }
    unref_both(&both);
}

static coil_async struct coil_result waits(void *arg)
{
    char *data;

    (void)arg;
    return coil_number(coil_stream_readany(both.near, &data));
}

DRIVER_LOOP_TEST(who_waits_has_no_memory_where_the_driver_asks_for_readiness)
{
    struct coil_future *task;

    both = open_both(NULL);
    task = coil_create_task(waits, NULL);
    coil_yield();
    CHECK(both.near->reader != NULL);
    CHECK_EQ(both.near->in == NULL, coil__loop_running->driver->ops->unready != NULL);
    say("hello");
    CHECK_EQ(coil_join(task).status, 5);
    unref_both(&both);
}

static coil_async struct coil_result reads_some(void *arg)
{
    char some[100];

    (void)arg;
    return coil_number(coil_stream_read(both.near, some, sizeof(some)));
}

/* System calls for messages that are waited for, one by one. */
static coil_async uint64_t calls_for(coil_coroutine_fn *reader)
{
    uint64_t calls;

    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    for (int i = 0; i < 10; i++) {
        struct coil_future *task = coil_create_task(reader, NULL);

        coil_yield();
        CHECK(both.near->reader != NULL);
        say("hello");
        CHECK_EQ(coil_join(task).status, 5);
    }
    calls = coil__fault_count(FAULT_SYS);
    coil__fault_arm(FAULT_SYS, 0, false);
    return calls;
}

DRIVER_LOOP_TEST(a_view_costs_no_more_system_calls_than_a_read)
{
    both = open_both(NULL);
    calls_for(waits); /* registered now */
    CHECK(calls_for(waits) <= calls_for(reads_some));
    unref_both(&both);
}

DRIVER_LOOP_TEST(many_small_views_are_not_held_in_large_buffers)
{
    struct both all[3 * SPARES_MANY];
    char *views[3 * SPARES_MANY], *much = malloc(2 * STREAM_LITTLE);
    unsigned large = 0;

    for (unsigned i = 0; i < 3 * SPARES_MANY; i++) {
        all[i] = both = open_both(NULL);
        say("small");
        CHECK_EQ(coil_stream_readany(both.near, &views[i]), 5);
        large += both.near->borrowed;
    }
    CHECK(large <= SPARES_MANY);
    for (unsigned i = 0; i < 3 * SPARES_MANY; i++)
        CHECK_STR(views[i], "small");
    both = all[3 * SPARES_MANY - 1]; /* what a small buffer has no room for comes all the same */
    fill_bytes(much, 0, 2 * STREAM_LITTLE);
    CHECK_EQ(coil_stream_write(both.far, much, 2 * STREAM_LITTLE), 0);
    CHECK_EQ(coil_stream_readany(both.near, &views[0]), 2 * STREAM_LITTLE);
    check_bytes(views[0], 0, 2 * STREAM_LITTLE);
    free(much);
    for (unsigned i = 0; i < 3 * SPARES_MANY; i++)
        unref_both(&all[i]);
}

DRIVER_LOOP_TEST(two_views_of_two_streams_are_good_at_once)
{
    struct both other;
    char *one, *two;

    both = open_both(NULL);
    other = open_both(NULL);
    say("one");
    CHECK_EQ(coil_stream_write(other.far, "two", 3), 0);
    CHECK_EQ(coil_stream_readany(both.near, &one), 3);
    CHECK_EQ(coil_stream_readany(other.near, &two), 3);
    CHECK_STR(one, "one");
    CHECK_STR(two, "two");
    unref_both(&both);
    unref_both(&other);
}

DRIVER_LOOP_TEST(the_kinds_of_reading_can_be_mixed)
{
    char *data, some[4];

    both = open_both(NULL);
    say("line\nrest");
    CHECK_EQ(coil_stream_readline(both.near, &data), 5);
    CHECK_EQ(coil_stream_readany(both.near, &data), 4);
    CHECK_STR(data, "rest");
    say("abcd\n");
    CHECK_EQ(coil_stream_read(both.near, some, 2), 2);
    CHECK_EQ(coil_stream_readany(both.near, &data), 3);
    CHECK_STR(data, "cd\n");
    say("again\n");
    CHECK_EQ(coil_stream_readline(both.near, &data), 6);
    CHECK_STR(data, "again\n");
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_view_is_good_after_the_peer_is_gone)
{
    char *data;

    both = open_both(NULL);
    say("last words");
    CHECK_EQ(coil_stream_readany(both.near, &data), 10);
    coil_stream_abort(both.far);
    coil_sleep(COIL_MS(1));
    CHECK_STR(data, "last words");
    unref_both(&both);
}

DRIVER_LOOP_TEST(readany_reads_pipes)
{
    struct coil_stream *in, *out;
    char *data;
    int fds[2];

    CHECK_EQ(coil_pipe(fds), 0);
    CHECK_EQ(coil_stream_open(fds[0], NULL, &in), 0);
    CHECK_EQ(coil_stream_open(fds[1], NULL, &out), 0);
    CHECK_EQ(coil_stream_write(out, "through a pipe", 14), 0);
    CHECK_EQ(coil_stream_readany(in, &data), 14);
    CHECK_STR(data, "through a pipe");
    coil_stream_close(out);
    CHECK_EQ(coil_stream_readany(in, &data), 0);
    coil_stream_unref(in);
    coil_stream_unref(out);
}

DRIVER_LOOP_TEST(without_memory_for_a_large_buffer_a_small_one_does)
{
    char *data;

    both = open_both(NULL);
    say("little");
    coil__fault_arm(FAULT_ALLOC, 1, true);
    CHECK_EQ(coil_stream_readany(both.near, &data), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil_stream_readany(both.near, &data), 6);
    CHECK_STR(data, "little");
    coil__fault_arm(FAULT_ALLOC, 0, false);
    unref_both(&both);
}

static struct coil_stream *outliving;

static coil_async struct coil_result reads_and_leaves(void *arg)
{
    char **data = arg;

    both = open_both(NULL);
    outliving = both.near;
    say("kept");
    CHECK_EQ(coil_stream_readany(outliving, data), 4);
    coil_stream_unref(both.far);
    return coil_value(NULL);
}

DRIVER_TEST(a_view_outlives_the_loop_as_long_as_its_stream)
{
    char *data;

    CHECK_EQ(coil_run(reads_and_leaves, &data).status, 0);
    CHECK_STR(data, "kept");
    coil_stream_unref(outliving);
}

/* --- the last to hold a stream --- */

enum way { SOME, EXACTLY, LINE, UNTIL, ANY, ALL, WAYS };

/* What is handed out is looked at only if it is said to be something. */
static coil_async struct coil_result reads(void *arg)
{
    enum way way = (enum way)(intptr_t)arg;
    char some[16], *data = some;
    int64_t n = 0;

    switch (way) {
    case SOME: n = coil_stream_read(both.near, some, sizeof(some)); break;
    case EXACTLY: n = coil_stream_readexactly(both.near, some, sizeof(some)); break;
    case LINE: n = coil_stream_readline(both.near, &data); break;
    case UNTIL: n = coil_stream_readuntil(both.near, ";", 1, &data); break;
    case ANY: n = coil_stream_readany(both.near, &data); break;
    default: n = coil_stream_readall(both.near, &data);
    }
    if (way == LINE || way == UNTIL)
        CHECK_STR(data, "");
    if (way == ALL)
        free(data);
    return coil_number(n);
}

/* The user gives the stream up while the task reads; then the peer says this, and the end. */
static coil_async int64_t read_by_the_last_one(enum way way, const char *said)
{
    struct coil_future *task;
    int64_t n;

    both = open_both(NULL);
    task = coil_create_task(reads, (void *)(intptr_t)way);
    for (int i = 0; i < 3; i++)
        coil_yield();
    coil_stream_unref(both.near);
    CHECK_EQ(coil_stream_write(both.far, said, strlen(said)), 0);
    coil_stream_close(both.far);
    n = coil_join(task).status;
    coil_stream_unref(both.far);
    return n;
}

DRIVER_LOOP_TEST(what_the_last_reader_has_in_its_own_memory_is_told)
{
    CHECK_EQ(read_by_the_last_one(SOME, "last\n"), 5);
    CHECK_EQ(read_by_the_last_one(EXACTLY, "last\n"), -COIL_EINCOMPLETE);
    CHECK_EQ(read_by_the_last_one(EXACTLY, "sixteen letters."), 16);
    CHECK_EQ(read_by_the_last_one(ALL, "last\n"), 5);
}

DRIVER_LOOP_TEST(what_the_last_reader_would_look_at_in_the_stream_is_gone_with_it)
{
    CHECK_EQ(read_by_the_last_one(LINE, "last\n"), 0);
    CHECK_EQ(read_by_the_last_one(LINE, "no end"), 0);
    CHECK_EQ(read_by_the_last_one(UNTIL, "last;"), -COIL_EINCOMPLETE);
    CHECK_EQ(read_by_the_last_one(UNTIL, "no end"), -COIL_EINCOMPLETE);
    CHECK_EQ(read_by_the_last_one(ANY, "anything"), 0);
}

DRIVER_LOOP_TEST(the_last_reader_sees_the_end)
{
    static const int64_t ends[WAYS] = {0, -COIL_EINCOMPLETE, 0, -COIL_EINCOMPLETE, 0, 0};

    for (int way = SOME; way < WAYS; way++)
        CHECK_EQ(read_by_the_last_one((enum way)way, ""), ends[way]);
}
