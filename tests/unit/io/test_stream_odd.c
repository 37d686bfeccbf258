/* Streams in corners: ends said twice, aborts behind them, data that nobody reads. */
#include <coil/file.h>

#include "unit/io/sockets.h"
#include "unit/io/streams.h"

static coil_async struct both tcp_both(void)
{
    struct ends ends = tcp_ends();
    struct both both;

    CHECK_EQ(coil_stream_open(ends.near, NULL, &both.near), 0);
    CHECK_EQ(coil_stream_open(ends.far, NULL, &both.far), 0);
    return both;
}

DRIVER_LOOP_TEST(what_came_before_an_end_and_an_abort_can_be_read)
{
    struct both both = tcp_both();
    char *data;

    for (int i = 0; i < 4; i++)
        CHECK_EQ(coil_stream_write(both.near, "PING", 4), 0);
    CHECK_EQ(coil_stream_write_eof(both.near), 0);
    coil_stream_abort(both.near);
    CHECK_EQ(coil_stream_readall(both.far, &data), 16);
    free(data);
    CHECK_EQ(coil_stream_write(both.far, "x", 1), -EPIPE);
    unref_both(&both);
}

DRIVER_LOOP_TEST(an_end_may_be_said_twice_and_is_read_again_and_again)
{
    struct both both = tcp_both();
    char data[8], *line;

    CHECK_EQ(coil_stream_write_eof(both.near), 0);
    CHECK_EQ(coil_stream_write_eof(both.near), 0);
    CHECK_EQ(coil_stream_write(both.near, "x", 1), -ESHUTDOWN);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 0);
    CHECK_EQ(coil_stream_printf(both.far, "still\n"), 0);
    CHECK_EQ(coil_stream_readline(both.near, &line), 6);
    CHECK_EQ(coil_stream_write_eof(both.far), 0);
    CHECK_EQ(coil_stream_read(both.near, data, sizeof(data)), 0);
    coil_stream_close(both.near);
    CHECK_EQ(coil_stream_wait_closed(both.near), 0);
    coil_stream_close(both.far);
    CHECK_EQ(coil_stream_wait_closed(both.far), 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(an_end_and_a_close_at_once_lose_nothing)
{
    const size_t size = 3000000;
    struct both both = tcp_both();
    char *much = malloc(size), *data;

    fill_bytes(much, 0, size);
    CHECK_EQ(coil_stream_write(both.near, much, size), 0);
    CHECK_EQ(coil_stream_write_eof(both.near), 0);
    coil_stream_close(both.near);
    CHECK_EQ(coil_stream_readall(both.far, &data), (int64_t)size);
    check_bytes(data, 0, size);
    CHECK_EQ(coil_stream_wait_closed(both.near), 0);
    unref_both(&both);
    free(much);
    free(data);
}

/* Neither bytes nor a reset, once it is known that the descriptor is watched. */
DRIVER_LOOP_TEST(what_nobody_reads_does_not_keep_the_loop_busy)
{
    struct both both = tcp_both();
    struct coil_loop_stats before, after;
    struct coil_timeout limit;
    char data[4];

    coil_timeout_enter(&limit, COIL_MS(1));
    CHECK_EQ(coil_timeout_exit(&limit, coil_stream_read(both.far, data, 1)), -ETIMEDOUT);
    CHECK_EQ(coil_stream_write(both.near, "one", 3), 0);
    coil_stream_abort(both.near);
    coil_loop_stats(coil_loop_current(), &before);
    coil_sleep(COIL_MS(20));
    coil_loop_stats(coil_loop_current(), &after);
    CHECK(after.sleeps - before.sleeps <= 4);
    unref_both(&both);
}

static coil_async struct coil_result writes_much(void *arg)
{
    static const char piece[1000];
    int err = 0;

    for (int i = 0; i < 3000 && err == 0; i++) {
        CHECK_EQ(coil_stream_write(arg, piece, sizeof(piece)), 0);
        err = coil_stream_drain(arg);
    }
    coil_stream_write_eof(arg);
    return coil_error(err);
}

static coil_async struct coil_result reads_much(void *arg)
{
    char *data;
    int64_t n = coil_stream_readall(arg, &data);

    if (n >= 0)
        free(data);
    return coil_number(n);
}

DRIVER_LOOP_TEST(both_sides_may_write_much_before_either_reads)
{
    struct both both = tcp_both();
    struct coil_future *near = coil_create_task(writes_much, both.near);
    struct coil_future *far = coil_create_task(writes_much, both.far);

    let_run(5);
    CHECK_EQ(reads_much(both.near).status, 3000000);
    CHECK_EQ(coil_await(far).status, 0);
    CHECK_EQ(reads_much(both.far).status, 3000000);
    CHECK_EQ(coil_await(near).status, 0);
    coil_future_unref(near);
    coil_future_unref(far);
    unref_both(&both);
}

DRIVER_LOOP_TEST(nothing_written_is_nothing)
{
    const struct iovec nothing[2] = {{NULL, 0}, {NULL, 0}};
    struct both both = tcp_both();
    struct coil_stream *stream;
    char data[4];
    int pipe[2];

    CHECK_EQ(coil_stream_write(both.near, NULL, 0), 0);
    CHECK_EQ(coil_stream_writev(both.near, nothing, 2), 0);
    CHECK_EQ(coil_stream_writev(both.near, NULL, 0), 0);
    CHECK_EQ(coil_stream_sendall(both.near, NULL, 0), 0);
    CHECK_EQ(coil_stream_printf(both.near, "%s", ""), 0);
    CHECK_EQ(coil_stream_pending(both.near), 0);
    unref_both(&both);
    CHECK_EQ(coil_pipe(pipe), 0);
    CHECK_EQ(coil_write(pipe[1], NULL, 0), 0);
    CHECK_EQ(coil_stream_open(pipe[1], NULL, &stream), 0);
    CHECK_EQ(coil_stream_write(stream, "", 0), 0);
    CHECK_EQ(coil_stream_writev(stream, nothing, 2), 0);
    CHECK_EQ(coil_stream_write(stream, "x", 1), 0);
    CHECK_EQ(coil_read(pipe[0], data, sizeof(data)), 1);
    coil_stream_unref(stream);
    coil_close(pipe[0]);
}

DRIVER_LOOP_TEST(an_end_of_a_pipe_goes_one_way)
{
    struct coil_stream *reads, *writes;
    char data[4];
    int pipe[2];

    CHECK_EQ(coil_pipe(pipe), 0);
    CHECK_EQ(coil_stream_open(pipe[0], NULL, &reads), 0);
    CHECK_EQ(coil_stream_open(pipe[1], NULL, &writes), 0);
    CHECK_EQ(coil_stream_write(reads, "x", 1), -EBADF);
    CHECK_EQ(coil_stream_read(writes, data, sizeof(data)), -EBADF);
    CHECK_EQ(coil_stream_write(writes, "abc", 3), 0); /* and is not hurt by the other */
    CHECK_EQ(coil_stream_read(reads, data, sizeof(data)), 3);
    coil_stream_unref(reads);
    coil_stream_unref(writes);
}

static coil_async void send_to_nobody(int file, size_t size, bool reset)
{
    struct ends ends = tcp_ends();
    int64_t n = 0;

    if (reset)
        CHECK_EQ(coil_sock_sendall(ends.near, "x", 1), 0);
    coil_close(ends.far);
    for (int i = 0; i < 5 && n >= 0; i++)
        n = coil_sock_sendfile(ends.near, file, 0, size);
    CHECK(n == -EPIPE || n == -ECONNRESET);
    CHECK_EQ(coil_sock_sendfile(ends.near, file, 0, size), -EPIPE);
    coil_close(ends.near);
}

/* sendfile(2) has no flag against SIGPIPE. */
DRIVER_LOOP_TEST(a_file_that_is_sent_to_nobody_kills_nobody)
{
    static const char much[3000000];
    const char *path = kit_path("file");
    int file;

    CHECK_EQ(coil_write_file(path, much, sizeof(much)), 0);
    file = coil_open(path, O_RDONLY, 0);
    CHECK(file >= 0);
    for (int i = 0; i < 4; i++)
        send_to_nobody(file, i & 1 ? 1000 : sizeof(much), i & 2);
    coil_close(file);
}
