/* Files sent through streams. */
#include <fcntl.h>

#include <coil/file.h>

#include "unit/io/streams.h"

enum { LARGE = 3 << 20 };

/* A file with so many of the usual bytes. */
static coil_async int file_of(size_t size)
{
    char *data = malloc(size);
    int fd;

    fill_bytes(data, 0, size);
    CHECK_EQ(coil_write_file(kit_path("file"), data, size), 0);
    free(data);
    fd = coil_open(kit_path("file"), O_RDONLY, 0);
    CHECK(fd >= 0);
    return fd;
}

static struct both both;

static coil_async void check_file_received(size_t from, size_t size)
{
    char *data = malloc(size);

    CHECK_EQ(coil_stream_readexactly(both.far, data, size), (int64_t)size);
    check_bytes(data, from, size);
    free(data);
}

DRIVER_LOOP_TEST(a_part_of_a_file_goes_between_what_was_written_before_and_after)
{
    int file = file_of(1000);
    char first;

    both = open_both(NULL);
    CHECK_EQ(coil_stream_write(both.near, "before", 6), 0);
    CHECK_EQ(coil_stream_sendfile(both.near, file, 100, 200), 200);
    CHECK_EQ(coil_stream_sendfile(both.near, file, 900, 200), 100);
    CHECK_EQ(coil_stream_write(both.near, "after", 5), 0);
    check_received(both.far, "before");
    check_file_received(100, 200);
    check_file_received(900, 100);
    check_received(both.far, "after");
    CHECK_EQ(coil_read(file, &first, 1), 1); /* its own position is where it was */
    CHECK_EQ(first, byte_at(0));
    coil_close(file);
    unref_both(&both);
}

DRIVER_LOOP_TEST(what_is_not_there_to_be_sent_is_told)
{
    int file = file_of(10), blind = coil_open(kit_path("file"), O_WRONLY, 0);

    both = open_both(NULL);
    CHECK_EQ(coil_stream_sendfile(both.near, file, 10, SIZE_MAX), 0);
    CHECK_EQ(coil_stream_sendfile(both.near, file, 0, 0), 0);
    CHECK_EQ(coil_stream_sendfile(both.near, file, -1, 5), -EINVAL);
    CHECK_EQ(coil_stream_sendfile(both.near, blind, 0, 5), -EBADF);
    CHECK_EQ(coil_stream_partial(both.near), 0);
    CHECK_EQ(coil_stream_write(both.near, "fine", 4), 0); /* the stream is not lost by it */
    check_received(both.far, "fine");
    coil_stream_close(both.near);
    CHECK_EQ(coil_stream_sendfile(both.near, file, 0, 5), -ESHUTDOWN);
    coil_close(file);
    coil_close(blind);
    unref_both(&both);
}

static coil_async struct coil_result sends_file(void *file)
{
    return coil_number(coil_stream_sendfile(both.near, *(int *)file, 0, SIZE_MAX));
}

/* It has begun, and waits for its reader. */
static coil_async struct coil_future *start_sending(int *file)
{
    struct coil_future *task = coil_create_task(sends_file, file);

    coil_sleep(COIL_MS(2));
    return task;
}

DRIVER_LOOP_TEST(a_large_file_waits_for_its_reader_and_nothing_of_it_is_kept)
{
    int file = file_of(LARGE);
    struct coil_future *task;

    both = open_both(&low_water);
    CHECK_EQ(coil_stream_write(both.near, "before", 6), 0);
    task = start_sending(&file);
    CHECK(!coil_future_done(task));
    CHECK_EQ(coil_stream_pending(both.near), 0);
    CHECK_EQ(coil_stream_write(both.near, "after", 5), 0); /* which is */
    CHECK_EQ(coil_stream_pending(both.near), 5);
    check_received(both.far, "before");
    check_file_received(0, LARGE);
    check_received(both.far, "after");
    CHECK_EQ(coil_join(task).status, LARGE);
    coil_close(file);
    unref_both(&both);
}

DRIVER_LOOP_TEST(cancelled_it_tells_how_much_went_out_and_the_stream_goes_on)
{
    int file = file_of(LARGE);
    struct coil_future *task;
    size_t sent;

    both = open_both(NULL);
    task = start_sending(&file);
    check_file_received(0, 1); /* on epoll a worker has to come to it first */
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    sent = coil_stream_partial(both.near);
    CHECK(sent > 0 && sent < LARGE);
    CHECK_EQ(coil_stream_write(both.near, "after", 5), 0);
    check_file_received(1, sent - 1);
    check_received(both.far, "after");
    coil_close(file);
    unref_both(&both);
}

DRIVER_LOOP_TEST(aborted_by_another_it_fails)
{
    int file = file_of(LARGE);
    struct coil_future *task;

    both = open_both(NULL);
    task = start_sending(&file);
    coil_stream_abort(both.near);
    CHECK_EQ(coil_join(task).status, -ECONNABORTED);
    CHECK_EQ(coil_stream_fd(both.near), -1);
    coil_close(file);
    unref_both(&both);
}

DRIVER_LOOP_TEST(closed_by_another_it_is_sent_to_its_end_first)
{
    int file = file_of(LARGE);
    struct coil_future *task;

    both = open_both(NULL);
    task = start_sending(&file);
    coil_stream_close(both.near);
    check_file_received(0, LARGE);
    CHECK_EQ(coil_join(task).status, LARGE);
    CHECK_EQ(coil_stream_wait_closed(both.near), 0);
    coil_close(file);
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_peer_that_goes_is_told_and_the_stream_is_lost)
{
    int file = file_of(LARGE);
    struct coil_future *task;
    int64_t status;

    both = open_both(NULL);
    task = start_sending(&file);
    coil_stream_abort(both.far);
    status = coil_join(task).status;
    CHECK(status == -EPIPE || status == -ECONNRESET);
    CHECK_EQ(coil_stream_write(both.near, "x", 1), status);
    coil_close(file);
    unref_both(&both);
}

/* The kernel sends from files to sockets and, on this system, to pipes; coil asks it for sockets
 * only. */
DRIVER_LOOP_TEST(through_what_is_no_socket_it_is_sent_piece_by_piece)
{
    int file = file_of(LARGE), pipe[2];
    struct coil_future *task;

    CHECK_EQ(coil_pipe(pipe), 0);
    CHECK_EQ(coil_stream_open(pipe[1], NULL, &both.near), 0);
    CHECK_EQ(coil_stream_open(pipe[0], NULL, &both.far), 0);
    CHECK_EQ(coil_stream_write(both.near, "before", 6), 0);
    task = coil_create_task(sends_file, &file);
    check_received(both.far, "before");
    check_file_received(0, LARGE);
    CHECK_EQ(coil_join(task).status, LARGE);
    coil_close(file);
    unref_both(&both);
}
