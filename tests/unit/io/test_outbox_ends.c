/* What becomes of writes that are held back: at a close, beside who sends alone, when the peer
 * goes. */
#include <fcntl.h>

#include <coil/file.h>

#include "unit/io/sockets.h"
#include "unit/io/streams.h"

static struct both both;

/* --- what sends first --- */

static coil_async void closes(struct coil_stream *near)
{
    coil_stream_close(near);
    CHECK_EQ(coil_stream_wait_closed(near), 0);
    CHECK_EQ(coil_stream_pending(near), 0);
}

static coil_async void ends_writing(struct coil_stream *near)
{
    CHECK_EQ(coil_stream_write_eof(near), 0);
    CHECK_EQ(coil_stream_pending(near), 0);
}

static coil_async void gives_the_last_reference_up(struct coil_stream *near)
{
    coil_stream_unref(near);
    both.near = NULL;
}

static coil_async void sends_all(struct coil_stream *near)
{
    CHECK_EQ(coil_stream_sendall(near, ", more", 6), 0);
    CHECK_EQ(coil_stream_pending(near), 0);
}

static coil_async void sends_a_file(struct coil_stream *near)
{
    int file;

    CHECK_EQ(coil_write_file(kit_path("file"), ", more", 6), 0);
    file = coil_open(kit_path("file"), O_RDONLY, 0);
    CHECK_EQ(coil_stream_flush(near), 0); /* or it went out while the file was made */
    hold_text(near, "held");
    CHECK_EQ(coil_stream_sendfile(near, file, 0, SIZE_MAX), 6);
    CHECK_EQ(coil_stream_pending(near), 0);
    coil_close(file);
}

static coil_async void sets_watermarks(struct coil_stream *near)
{
    coil_stream_set_watermarks(near, 100, 10);
    CHECK_EQ(coil_stream_pending(near), 0);
}

static coil_async void flushes(struct coil_stream *near)
{
    CHECK_EQ(coil_stream_flush(near), 0);
    CHECK_EQ(coil_stream_pending(near), 0);
}

static const struct {
    void (*fn)(struct coil_stream *near);
    const char *came;
    bool ends; /* nothing can be written after it */
} ways[] = {
    {closes, "held", true},
    {ends_writing, "held", true},
    {gives_the_last_reference_up, "held", true},
    {sends_all, "held, more", false},
    {sends_a_file, "heldheld, more", false},
    {sets_watermarks, "held", false},
    {flushes, "held", false},
};

DRIVER_LOOP_TEST(whatever_ends_the_holding_sends_first)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        both = open_both(&together);
        hold_text(both.near, "held");
        ways[i].fn(both.near);
        if (!ways[i].ends)
            write_text(both.near, ", behind");
        check_received(both.far, ways[i].came);
        if (!ways[i].ends)
            check_received(both.far, ", behind");
        coil_stream_unref(both.near);
        CHECK_EQ(coil_stream_read(both.far, (char[1]){0}, 1), 0);
        coil_stream_unref(both.far);
    }
}

DRIVER_LOOP_TEST(a_pipe_that_is_closed_sends_first)
{
    int fds[2];

    CHECK_EQ(coil_pipe(fds), 0);
    CHECK_EQ(coil_stream_open(fds[0], NULL, &both.far), 0);
    CHECK_EQ(coil_stream_open(fds[1], &together, &both.near), 0);
    hold_text(both.near, "held");
    CHECK_EQ(coil_stream_write_eof(both.near), 0);
    CHECK_EQ(coil_stream_fd(both.near), -1);
    check_received(both.far, "held");
    CHECK_EQ(coil_stream_read(both.far, (char[1]){0}, 1), 0);
    unref_both(&both);
}

/* --- those who send alone, among those whose writes are held --- */

struct word {
    uint32_t writer, serial;
};

enum { WRITERS = 5, STEPS = 60, LONG = 6000 };

static uint32_t seed = 5, ended;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % sides;
}

static coil_async struct coil_result talks(void *number)
{
    uint32_t writer = (uint32_t)(uintptr_t)number, serial = 0;
    struct word *words = malloc(LONG * sizeof(*words));

    for (int step = 0; step < STEPS; step++) {
        bool alone = dice(3) == 0;
        size_t count = alone && dice(2) == 0 ? LONG : 1 + dice(50);

        for (size_t i = 0; i < count; i++)
            words[i] = (struct word){writer, serial++};
        if (alone)
            CHECK_EQ(coil_stream_sendall(both.near, words, count * sizeof(*words)), 0);
        else
            CHECK_EQ(coil_stream_write(both.near, words, count * sizeof(*words)), 0);
        if (dice(3) == 0)
            CHECK_EQ(coil_stream_drain(both.near), 0);
        if (dice(3) == 0)
            coil_yield();
    }
    free(words);
    if (++ended == WRITERS)
        CHECK_EQ(coil_stream_write_eof(both.near), 0);
    return coil_number(serial);
}

DRIVER_LOOP_TEST(nothing_is_overtaken_where_some_write_and_some_send_alone)
{
    struct coil_future *tasks[WRITERS];
    uint32_t next[WRITERS] = {0};
    struct word word;

    both = open_both(&together);
    for (size_t i = 0; i < WRITERS; i++)
        tasks[i] = coil_create_task(talks, (void *)i);
    while (coil_stream_readexactly(both.far, &word, sizeof(word)) > 0) {
        CHECK(word.writer < WRITERS);
        CHECK_EQ(word.serial, next[word.writer]++);
    }
    for (size_t i = 0; i < WRITERS; i++)
        CHECK_EQ(coil_join(tasks[i]).status, next[i]);
    unref_both(&both);
}

/* --- what is lost --- */

DRIVER_LOOP_TEST(an_abort_throws_away_what_is_held)
{
    both = open_both(&together);
    hold_text(both.near, "never");
    coil_stream_abort(both.near);
    CHECK_EQ(coil_stream_pending(both.near), 0);
    CHECK_EQ(coil_stream_wait_closed(both.near), -ECONNABORTED);
    CHECK_EQ(coil_stream_write(both.near, "x", 1), -ECONNABORTED);
    CHECK_EQ(coil_stream_flush(both.near), -ECONNABORTED);
    CHECK_EQ(coil_stream_read(both.far, (char[1]){0}, 1), 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(flush_says_why_nothing_goes_out)
{
    int pipe[2];

    for (int how = 0; how < 3; how++) {
        both = open_both(&together);
        hold_text(both.near, "x");
        if (how == 0)
            coil_stream_close(both.near);
        else if (how == 1)
            CHECK_EQ(coil_stream_write_eof(both.near), 0);
        else
            coil_stream_unref(both.far);
        CHECK_EQ(coil_stream_flush(both.near), how == 2 ? -EPIPE : -ESHUTDOWN);
        CHECK_EQ(coil_stream_flush(both.near), how == 2 ? -EPIPE : -ESHUTDOWN);
        CHECK_EQ(coil_stream_pending(both.near), 0);
        coil_stream_unref(both.near);
        if (how != 2)
            coil_stream_unref(both.far);
    }
    CHECK_EQ(coil_pipe(pipe), 0);
    CHECK_EQ(coil_stream_open(pipe[1], &together, &both.near), 0);
    CHECK_EQ(coil_close(pipe[0]), 0);
    hold_text(both.near, "x");
    CHECK_EQ(coil_stream_flush(both.near), -EPIPE);
    coil_stream_unref(both.near);
}

/* Alone in the box, and beside others. */
DRIVER_LOOP_TEST(a_peer_that_is_gone_is_told_by_drain_and_the_next_write)
{
    for (int others = 0; others < 2; others++) {
        struct both other = open_both(&together);

        both = open_both(&together);
        coil_stream_unref(both.far);
        if (others)
            hold_text(other.near, "fine");
        hold_text(both.near, "x");
        CHECK_EQ(coil_stream_drain(both.near), 0);
        coil_sleep(COIL_MS(1));
        CHECK_EQ(coil_stream_pending(both.near), 0);
        CHECK_EQ(coil_stream_drain(both.near), -EPIPE);
        CHECK_EQ(coil_stream_write(both.near, "x", 1), -EPIPE);
        CHECK_EQ(coil_stream_wait_closed(both.near), -EPIPE);
        coil_stream_unref(both.near);
        if (others)
            check_received(other.far, "fine");
        unref_both(&other);
    }
}

DRIVER_LOOP_TEST(closed_where_the_peer_is_gone_it_says_what_did_not_go_out)
{
    both = open_both(&together);
    coil_stream_unref(both.far);
    hold_text(both.near, "x");
    coil_stream_close(both.near);
    CHECK_EQ(coil_stream_wait_closed(both.near), -EPIPE);
    CHECK_EQ(coil_stream_fd(both.near), -1);
    coil_stream_unref(both.near);
}

DRIVER_LOOP_TEST(a_reset_that_a_read_meets_ends_what_is_held)
{
    struct ends ends = tcp_ends();

    CHECK_EQ(coil_stream_open(ends.near, &together, &both.near), 0);
    CHECK_EQ(coil_stream_open(ends.far, &together, &both.far), 0);
    coil_stream_abort(both.far);
    coil_sleep(COIL_MS(1));
    hold_text(both.near, "never");
    CHECK_EQ(coil_stream_read(both.near, (char[1]){0}, 1), -ECONNRESET);
    CHECK_EQ(coil_stream_pending(both.near), 0);
    CHECK_EQ(coil_stream_flush(both.near), -ECONNRESET);
    CHECK_EQ(coil_stream_write(both.near, "x", 1), -ECONNRESET);
    CHECK_EQ(coil_stream_wait_closed(both.near), -ECONNRESET);
    unref_both(&both);
}
