/* Reading from streams: what, how much, how far. */
#include <stdlib.h>

#include "base/fault.h"
#include "unit/io/streams.h"

static struct both both;

static void say(const char *text)
{
    CHECK_EQ(coil_stream_write(both.far, text, strlen(text)), 0);
}

static void hang_up(void)
{
    CHECK_EQ(coil_stream_write_eof(both.far), 0);
}

DRIVER_LOOP_TEST(read_gives_what_is_there_and_zero_at_the_end)
{
    char data[16];

    both = open_both(NULL);
    say("hello");
    CHECK_EQ(coil_stream_read(both.near, data, 2), 2);
    CHECK_EQ(coil_stream_read(both.near, data, sizeof(data)), 3);
    CHECK_EQ(memcmp(data, "llo", 3), 0);
    hang_up();
    CHECK(!coil_stream_at_eof(both.near));
    CHECK_EQ(coil_stream_read(both.near, data, sizeof(data)), 0);
    CHECK(coil_stream_at_eof(both.near));
    CHECK_EQ(coil_stream_read(both.near, data, sizeof(data)), 0);
    CHECK_EQ(coil_stream_read(both.near, data, 0), 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(readline_gives_lines_and_the_last_one_without_its_newline)
{
    char *line;

    both = open_both(NULL);
    say("one\ntwo\n\nlast");
    hang_up();
    CHECK_EQ(coil_stream_readline(both.near, &line), 4);
    CHECK_STR(line, "one\n");
    CHECK_EQ(coil_stream_readline(both.near, &line), 4);
    CHECK_STR(line, "two\n");
    CHECK_EQ(coil_stream_readline(both.near, &line), 1);
    CHECK_STR(line, "\n");
    CHECK_EQ(coil_stream_readline(both.near, &line), 4);
    CHECK_STR(line, "last");
    CHECK_EQ(coil_stream_readline(both.near, &line), 0);
    CHECK_STR(line, "");
    unref_both(&both);
}

static coil_async struct coil_result says_in_pieces(void *arg)
{
    const char *const *piece = arg;

    for (; *piece != NULL; piece++) {
        say(*piece);
        coil_sleep(COIL_MS(1));
    }
    hang_up();
    return coil_value(NULL);
}

DRIVER_LOOP_TEST(a_separator_that_comes_in_pieces_is_found)
{
    static const char *const pieces[] = {"a;", ";", ";b", ";;", ";c;;", NULL};
    struct coil_future *task;
    char *data;

    both = open_both(NULL);
    task = coil_create_task(says_in_pieces, (void *)(uintptr_t)pieces);
    CHECK_EQ(coil_stream_readuntil(both.near, ";;;", 3, &data), 4);
    CHECK_STR(data, "a;;;");
    CHECK_EQ(coil_stream_readuntil(both.near, ";;;", 3, &data), 4);
    CHECK_STR(data, "b;;;");
    CHECK_EQ(coil_stream_readuntil(both.near, ";;;", 3, &data), -COIL_EINCOMPLETE);
    CHECK_EQ(coil_stream_partial(both.near), 3);
    CHECK_STR(data, "c;;");
    CHECK_EQ(coil_stream_readuntil(both.near, ";;;", 3, &data), -COIL_EINCOMPLETE);
    CHECK_EQ(coil_stream_partial(both.near), 0);
    CHECK_EQ(coil_stream_readuntil(both.near, "", 0, &data), -EINVAL);
    coil_join(task);
    unref_both(&both);
}

static const struct coil_separator ends[] = {{"END\r\n", 5}, {"\r\n", 2}, {"!", 1}};

DRIVER_LOOP_TEST(of_several_separators_the_one_that_is_whole_first_ends_the_record)
{
    static const char *const pieces[] = {"a!b\r", "\nEND", "\r\nE", "ND", NULL};
    struct coil_future *task;
    char *data;

    both = open_both(NULL);
    task = coil_create_task(says_in_pieces, (void *)(uintptr_t)pieces);
    CHECK_EQ(coil_stream_readuntil_any(both.near, ends, 3, &data), 2);
    CHECK_STR(data, "a!");
    CHECK_EQ(coil_stream_readuntil_any(both.near, ends, 3, &data), 3);
    CHECK_STR(data, "b\r\n");
    CHECK_EQ(coil_stream_readuntil_any(both.near, ends, 3, &data), 5);
    CHECK_STR(data, "END\r\n");
    CHECK_EQ(coil_stream_readuntil_any(both.near, ends, 3, &data), -COIL_EINCOMPLETE);
    CHECK_STR(data, "END");
    CHECK_EQ(coil_stream_partial(both.near), 3);
    CHECK_EQ(coil_stream_readuntil_any(both.near, ends, 0, &data), -EINVAL);
    CHECK_EQ(coil_stream_readuntil_any(both.near, (struct coil_separator[]){{"a", 1}, {"", 0}}, 2,
                                       &data),
             -EINVAL);
    coil_join(task);
    unref_both(&both);
}

static const struct coil_stream_options narrow = {.limit_bytes = 8};

/* The record that ends in END is within the limit by its longer separator, not by the shorter. */
DRIVER_LOOP_TEST(what_is_within_the_limit_is_told_by_the_shorter_of_two_that_end_together)
{
    char *record, data[16];

    both = open_both(&narrow);
    say("1234567END\r\nrest");
    CHECK_EQ(coil_stream_readuntil_any(both.near, ends, 1, &record), 12);
    CHECK_STR(record, "1234567END\r\n");
    say("1234567END\r\n");
    CHECK_EQ(coil_stream_readexactly(both.near, data, 4), 4);
    CHECK_EQ(coil_stream_readuntil_any(both.near, ends, 3, &record), -COIL_ELIMIT);
    CHECK_EQ(coil_stream_consumed(both.near), 10);
    CHECK_EQ(coil_stream_readexactly(both.near, data, 10), 10);
    CHECK_EQ(coil_stream_readuntil_any(both.near, ends, 3, &record), 2);
    unref_both(&both);
}

DRIVER_LOOP_TEST(how_much_of_a_long_record_can_be_read_is_told_before_its_end_comes)
{
    char data[16], *record;

    both = open_both(&narrow);
    say("0123456789END");
    CHECK_EQ(coil_stream_readuntil_any(both.near, ends, 3, &record), -COIL_ELIMIT);
    CHECK_EQ(coil_stream_consumed(both.near), 9); /* the rest might begin the longest one */
    CHECK_EQ(coil_stream_readexactly(both.near, data, 9), 9);
    say("\r\n");
    CHECK_EQ(coil_stream_readuntil_any(both.near, ends, 3, &record), 6);
    CHECK_STR(record, "9END\r\n");
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_line_longer_than_the_limit_is_thrown_away_with_its_newline)
{
    char *line;

    both = open_both(&narrow);
    say("12345678\n");
    CHECK_EQ(coil_stream_readline(both.near, &line), 9); /* the limit is without it */
    say("123456789\nnext\n");
    CHECK_EQ(coil_stream_readline(both.near, &line), -COIL_ELIMIT);
    CHECK_EQ(coil_stream_readline(both.near, &line), 5);
    CHECK_STR(line, "next\n");
    say("a line of which the end");
    CHECK_EQ(coil_stream_readline(both.near, &line), -COIL_ELIMIT);
    say("does not come\n");
    CHECK_EQ(coil_stream_readline(both.near, &line), -COIL_ELIMIT);
    unref_both(&both);
}

DRIVER_LOOP_TEST(what_readuntil_finds_too_long_can_still_be_read)
{
    char data[32], *record;

    both = open_both(&narrow);
    say("0123456789;rest");
    CHECK_EQ(coil_stream_readuntil(both.near, ";", 1, &record), -COIL_ELIMIT);
    CHECK_EQ(coil_stream_consumed(both.near), 10);
    CHECK_EQ(coil_stream_readexactly(both.near, data, 11), 11);
    CHECK_EQ(memcmp(data, "0123456789;", 11), 0);
    CHECK_EQ(coil_stream_read(both.near, data, sizeof(data)), 4);
    unref_both(&both);
}

DRIVER_LOOP_TEST(readexactly_waits_for_all_and_tells_what_came_of_a_short_stream)
{
    static const char *const pieces[] = {"ab", "cd", "ef", NULL};
    struct coil_future *task;
    char data[8] = "";

    both = open_both(NULL);
    task = coil_create_task(says_in_pieces, (void *)(uintptr_t)pieces);
    CHECK_EQ(coil_stream_readexactly(both.near, data, 4), 4);
    CHECK_EQ(memcmp(data, "abcd", 4), 0);
    CHECK_EQ(coil_stream_readexactly(both.near, data, 4), -COIL_EINCOMPLETE);
    CHECK_EQ(coil_stream_partial(both.near), 2);
    CHECK_EQ(memcmp(data, "ef", 2), 0);
    CHECK_EQ(coil_stream_readexactly(both.near, data, 0), 0);
    coil_join(task);
    unref_both(&both);
}

static coil_async struct coil_result sends_much(void *arg)
{
    size_t size = (size_t)(uintptr_t)arg;
    char *data = malloc(size);

    fill_bytes(data, 0, size);
    CHECK_EQ(coil_stream_sendall(both.far, data, size), 0);
    free(data);
    hang_up();
    return coil_value(NULL);
}

DRIVER_LOOP_TEST(readall_reads_to_the_end)
{
    size_t size = 3u << 20;
    struct coil_future *task;
    char *data;

    both = open_both(NULL);
    task = coil_create_task(sends_much, (void *)size);
    CHECK_EQ(coil_stream_readall(both.near, &data), (int64_t)size);
    CHECK_EQ(data[size], '\0');
    check_bytes(data, 0, size);
    free(data);
    CHECK_EQ(coil_stream_readall(both.near, &data), 0);
    CHECK_STR(data, "");
    free(data);
    coil_join(task);
    unref_both(&both);
}

static coil_async struct coil_result reads_line(void *arg)
{
    char *line;
    int64_t n = coil_stream_readline(both.near, &line);

    (void)arg;
    note("%lld", (long long)(n < 0 ? -n : n));
    return n < 0 ? coil_error(n) : coil_number(n);
}

DRIVER_LOOP_TEST(a_second_reader_is_refused)
{
    struct coil_future *first;
    char *line;

    both = open_both(NULL);
    first = coil_create_task(reads_line, NULL);
    let_run(2);
    CHECK_EQ(coil_stream_readline(both.near, &line), -EBUSY);
    say("x\n");
    CHECK_EQ(coil_join(first).status, 2);
    unref_both(&both);
}

static coil_async struct coil_result reads_eight(void *arg)
{
    return coil_number(coil_stream_readexactly(both.near, arg, 8));
}

DRIVER_LOOP_TEST(what_came_before_a_cancellation_stays_in_the_stream)
{
    struct coil_future *task;
    char data[9] = "", *rest;

    both = open_both(NULL);
    task = coil_create_task(reads_eight, data);
    say("1234");
    coil_sleep(COIL_MS(5)); /* it has these four */
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    say("5678\n");
    hang_up();
    CHECK_EQ(coil_stream_readall(both.near, &rest), 9);
    CHECK_STR(rest, "12345678\n");
    free(rest);
    unref_both(&both);
}

static coil_async struct coil_result reads_all(void *arg)
{
    char *data;
    int64_t n = coil_stream_readall(both.near, &data);

    (void)arg;
    if (n >= 0)
        free(data);
    return coil_number(n);
}

DRIVER_LOOP_TEST(a_cancelled_readall_gives_everything_back)
{
    struct coil_future *task;
    char data[8] = "";

    both = open_both(NULL);
    task = coil_create_task(reads_all, NULL);
    say("1234");
    coil_sleep(COIL_MS(5));
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    CHECK_EQ(coil_stream_readexactly(both.near, data, 4), 4);
    CHECK_STR(data, "1234");
    unref_both(&both);
}

DRIVER_LOOP_TEST(close_ends_a_read_that_is_out)
{
    struct coil_future *task;

    both = open_both(NULL);
    task = coil_create_task(reads_line, NULL);
    let_run(2);
    coil_stream_close(both.near);
    CHECK_EQ(coil_join(task).status, 0);
    CHECK_EQ(coil_stream_fd(both.near), -1);
    unref_both(&both);
}

DRIVER_LOOP_TEST(without_memory_a_read_fails_and_nothing_is_lost)
{
    char *line;

    both = open_both(NULL);
    say("line\n");
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil_stream_readline(both.near, &line), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil_stream_readline(both.near, &line), 5);
    unref_both(&both);
}

static void reads_a_byte(void *stream)
{
    char byte;

    coil_stream_read(stream, &byte, 1); /* not in a task */
}

static void views_a_byte(void *stream)
{
    char *byte;

    coil_stream_readany(stream, &byte); /* not in a task */
}

static coil_async void let_a_callback(coil_call_fn *read)
{
    struct coil_call call;

    both = open_both(NULL);
    coil_call_init(&call, read, both.near);
    coil_call_soon(coil_loop_current(), &call);
    let_run(2);
}

LOOP_FAIL_TEST(a_callback_that_reads_aborts, "stream read was called outside a task")
{
    let_a_callback(reads_a_byte);
}

LOOP_FAIL_TEST(a_callback_that_reads_a_view_aborts, "stream read was called outside a task")
{
    let_a_callback(views_a_byte);
}
