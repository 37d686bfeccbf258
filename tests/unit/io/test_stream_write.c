/* Writing to streams: at once, kept, drained, lost. */
#include <fcntl.h>
#include <stdlib.h>

#include <sys/uio.h>

#include "base/fault.h"
#include "unit/io/streams.h"

static struct both both;

DRIVER_LOOP_TEST(write_goes_out_at_once)
{
    char data[8];

    both = open_both(NULL);
    CHECK_EQ(coil_stream_write(both.near, "now", 3), 0);
    CHECK_EQ(coil_stream_pending(both.near), 0);
    CHECK_EQ(recv(coil_stream_fd(both.far), data, 0, 0) <= 0, 1);
    CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 3);
    CHECK_EQ(coil_stream_write(both.near, "", 0), 0);
    unref_both(&both);
}

static coil_async struct coil_result drains(void *arg)
{
    int err = coil_stream_drain(arg);

    note("drained");
    return coil_error(err);
}

DRIVER_LOOP_TEST(drain_waits_above_the_high_watermark_and_until_the_low_one)
{
    struct coil_future *task;
    size_t size;

    both = open_both(&low_water);
    CHECK_EQ(coil_stream_drain(both.near), 0);
    size = fill_up(both.near);
    task = coil_create_task(drains, both.near);
    let_run(3);
    CHECK_STR(noted(), "");
    check_gets(both.far, size);
    CHECK_EQ(coil_join(task).status, 0);
    CHECK(coil_stream_pending(both.near) <= 100);
    CHECK_STR(noted(), "drained");
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_reader_that_never_reads_costs_no_more_than_the_watermark)
{
    struct coil_future *task;
    char data[512] = "";

    both = open_both(&low_water);
    for (int i = 0; i < 100000 && coil_stream_pending(both.near) <= 1000; i++)
        CHECK_EQ(coil_stream_write(both.near, data, sizeof(data)), 0);
    CHECK(coil_stream_pending(both.near) <= 1000 + sizeof(data));
    task = coil_create_task(drains, both.near);
    CHECK_EQ(coil_wait_for(task, COIL_MS(10)).status, -ETIMEDOUT);
    coil_future_unref(task);
    coil_stream_abort(both.near);
    unref_both(&both);
}

DRIVER_LOOP_TEST(writev_keeps_the_order)
{
    struct iovec parts[20];
    char text[20][3], *all;

    both = open_both(NULL);
    for (int i = 0; i < 20; i++) {
        snprintf(text[i], sizeof(text[i]), "%02d", i);
        parts[i] = (struct iovec){.iov_base = text[i], .iov_len = 2};
    }
    CHECK_EQ(coil_stream_writev(both.near, parts, 20), 0);
    CHECK_EQ(coil_stream_printf(both.near, "%s-%d", "end", 7), 0);
    CHECK_EQ(coil_stream_write_eof(both.near), 0);
    CHECK_EQ(coil_stream_readall(both.far, &all), 45);
    CHECK_STR(all, "0001020304050607080910111213141516171819end-7");
    free(all);
    unref_both(&both);
}

DRIVER_LOOP_TEST(printf_of_a_long_text_is_whole)
{
    char *all;

    both = open_both(NULL);
    CHECK_EQ(coil_stream_printf(both.near, "%2000d", 5), 0);
    CHECK_EQ(coil_stream_write_eof(both.near), 0);
    CHECK_EQ(coil_stream_readall(both.far, &all), 2000);
    CHECK_STR(all + 1998, " 5");
    free(all);
    unref_both(&both);
}

DRIVER_LOOP_TEST(what_is_kept_is_sent_before_the_end_is)
{
    size_t size;
    char rest[4];

    both = open_both(NULL);
    size = fill_up(both.near);
    CHECK_EQ(coil_stream_write_eof(both.near), 0);
    CHECK_EQ(coil_stream_write(both.near, "x", 1), -ESHUTDOWN);
    check_gets(both.far, size);
    CHECK_EQ(coil_stream_read(both.far, rest, sizeof(rest)), 0);
    CHECK_EQ(coil_stream_write(both.far, "back", 4), 0); /* half open */
    CHECK_EQ(coil_stream_read(both.near, rest, sizeof(rest)), 4);
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_peer_that_is_gone_is_told_by_write_drain_and_wait_closed)
{
    char data[4096] = "";
    int err = 0;

    both = open_both(NULL);
    coil_stream_unref(both.far);
    for (int i = 0; i < 1000 && err == 0; i++)
        err = coil_stream_write(both.near, data, sizeof(data));
    CHECK_EQ(err, -EPIPE);
    CHECK_EQ(coil_stream_write(both.near, data, 1), -EPIPE);
    CHECK_EQ(coil_stream_drain(both.near), -EPIPE);
    CHECK_EQ(coil_stream_wait_closed(both.near), -EPIPE);
    coil_stream_unref(both.near);
}

/* As a handler does that looks at drain only. */
static coil_async struct coil_result floods(void *stream)
{
    char data[100] = "";
    int err = 0;

    for (int i = 0; err == 0 && i < 100000; i++) {
        coil_stream_write(stream, data, sizeof(data));
        err = coil_stream_drain(stream);
    }
    return coil_error(err);
}

DRIVER_LOOP_TEST(who_looks_at_drain_only_learns_that_the_stream_was_closed)
{
    struct coil_future *task;
    char *all;

    both = open_both(&low_water);
    task = coil_create_task(floods, both.near);
    let_run(3);
    coil_stream_close(both.near);
    CHECK(coil_stream_readall(both.far, &all) > 0);
    CHECK_EQ(coil_join(task).status, -ESHUTDOWN);
    CHECK_EQ(coil_stream_drain(both.near), -ESHUTDOWN);
    CHECK_EQ(coil_stream_wait_closed(both.near), 0);
    free(all);
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_drainer_learns_that_the_peer_went)
{
    struct coil_future *task;

    both = open_both(&low_water);
    fill_up(both.near);
    task = coil_create_task(drains, both.near);
    let_run(2);
    coil_stream_abort(both.far);
    CHECK(coil_join(task).status < 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_pipe_nobody_reads_fails_without_a_signal)
{
    struct coil_stream *out;
    int fds[2];

    CHECK_EQ(coil_pipe(fds), 0);
    CHECK_EQ(coil_stream_open(fds[1], NULL, &out), 0);
    CHECK_EQ(coil_close(fds[0]), 0);
    CHECK_EQ(coil_stream_write(out, "x", 1), -EPIPE);
    coil_stream_unref(out);
}

DRIVER_LOOP_TEST(without_memory_a_write_that_must_be_kept_fails)
{
    static const char data[300000];

    both = open_both(NULL);
    fill_up(both.near);
    coil__fault_arm(FAULT_ALLOC, 1, true);
    CHECK_EQ(coil_stream_write(both.near, data, sizeof(data)), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    coil_stream_abort(both.near);
    unref_both(&both);
}

static int turns;

static coil_async struct coil_result counts_turns(void *arg)
{
    (void)arg;
    for (;;) {
        if (coil_yield() != 0)
            return coil_value(NULL);
        turns++;
    }
}

DRIVER_LOOP_TEST(who_writes_where_all_is_taken_at_once_lets_others_run)
{
    struct coil_future *counter = coil_create_task(counts_turns, NULL);
    struct coil_stream *sink = NULL;
    int err = 0;

    CHECK_EQ(coil_stream_open(open("/dev/null", O_WRONLY | O_CLOEXEC), NULL, &sink), 0);
    for (int i = 0; i < 2000 && err == 0; i++) {
        err = coil_stream_write(sink, "x", 1);
        if (err == 0)
            err = coil_stream_drain(sink);
    }
    CHECK_EQ(err, 0);
    CHECK(turns >= 10);
    coil_stream_unref(sink);
    coil_future_cancel(counter, NULL);
    coil_join(counter);
}
