/* A stream's life: opened on anything, shared, closed, given up. */
#include <stdlib.h>

#include <netinet/tcp.h>

#include "unit/io/sockets.h"
#include "unit/io/streams.h"

static struct both both;

DRIVER_LOOP_TEST(close_sends_what_is_kept_and_then_closes)
{
    size_t size;
    char rest[4];

    both = open_both(NULL);
    size = fill_up(both.near);
    coil_stream_close(both.near);
    CHECK(coil_stream_closing(both.near));
    CHECK_EQ(coil_stream_write(both.near, "x", 1), -ESHUTDOWN);
    CHECK(coil_stream_fd(both.near) >= 0);
    check_gets(both.far, size);
    CHECK_EQ(coil_stream_read(both.far, rest, sizeof(rest)), 0);
    CHECK_EQ(coil_stream_wait_closed(both.near), 0);
    CHECK_EQ(coil_stream_fd(both.near), -1);
    CHECK_EQ(coil_stream_wait_closed(both.near), 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_stream_given_up_still_sends_what_was_written)
{
    size_t size;
    char rest[4];

    both = open_both(NULL);
    size = fill_up(both.near);
    coil_stream_unref(both.near);
    check_gets(both.far, size);
    CHECK_EQ(coil_stream_read(both.far, rest, sizeof(rest)), 0);
    coil_stream_unref(both.far);
}

DRIVER_LOOP_TEST(the_loop_closes_with_a_stream_that_still_writes)
{
    both = open_both(NULL);
    fill_up(both.near);
    coil_stream_unref(both.near);
    /* nobody reads, and both.far is never given up before the loop is gone */
}

DRIVER_LOOP_TEST(abort_throws_away_what_is_kept)
{
    both = open_both(NULL);
    fill_up(both.near);
    coil_stream_abort(both.near);
    CHECK_EQ(coil_stream_wait_closed(both.near), -ECONNABORTED);
    coil_stream_abort(both.near);
    unref_both(&both);
}

DRIVER_LOOP_TEST(pipes_and_files_are_streams_too)
{
    struct coil_stream *in, *out;
    char *all;
    int fds[2];

    CHECK_EQ(coil_pipe(fds), 0);
    CHECK_EQ(coil_stream_open(fds[0], NULL, &in), 0);
    CHECK_EQ(coil_stream_open(fds[1], NULL, &out), 0);
    CHECK_EQ(coil_stream_printf(out, "through a pipe"), 0);
    CHECK_EQ(coil_stream_write_eof(out), 0);
    CHECK_EQ(coil_stream_fd(out), -1); /* it has one direction */
    CHECK_EQ(coil_stream_readall(in, &all), 14);
    CHECK_STR(all, "through a pipe");
    free(all);
    coil_stream_unref(in);
    coil_stream_unref(out);
}

DRIVER_LOOP_TEST(a_stream_is_closed_when_the_last_reference_goes)
{
    char data[4];

    both = open_both(NULL);
    coil_stream_ref(both.near);
    coil_stream_unref(both.near);
    CHECK_EQ(coil_stream_write(both.near, "x", 1), 0);
    coil_stream_unref(both.near);
    CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 1);
    CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 0);
    coil_stream_unref(both.far);
    coil_stream_unref(NULL);
}

static struct coil_stream *outliving;

static coil_async struct coil_result opens(void *arg)
{
    both = open_both(NULL);
    outliving = both.near;
    coil_stream_unref(both.far);
    return coil_value(arg);
}

DRIVER_TEST(a_stream_that_outlives_its_loop_is_closed_and_can_be_given_up)
{
    CHECK_EQ(coil_run(opens, NULL).status, 0);
    CHECK_EQ(coil_stream_fd(outliving), -1);
    CHECK_EQ(coil_stream_write(outliving, "x", 1), -COIL_ESTOPPED);
    coil_stream_close(outliving);
    coil_stream_abort(outliving);
    coil_stream_unref(outliving);
}

DRIVER_LOOP_TEST(the_watermarks_can_be_moved)
{
    size_t size;

    both = open_both(NULL);
    size = fill_up(both.near);
    CHECK_EQ(coil_stream_drain(both.near), 0); /* far below the usual one */
    coil_stream_set_watermarks(both.near, 10, 0);
    CHECK_EQ(coil_stream_write(both.near, "more", 4), 0);
    CHECK(coil_stream_pending(both.near) > 10 && size > 0);
    coil_stream_abort(both.near);
    unref_both(&both);
}

DRIVER_LOOP_TEST(the_peer_of_a_socket_is_known_until_it_is_closed)
{
    struct coil_address peer;

    both = open_both(NULL);
    CHECK_EQ(coil_stream_peer(both.near, &peer), 0);
    CHECK_EQ(peer.as.any.sa_family, AF_UNIX);
    coil_stream_close(both.near);
    CHECK_EQ(coil_stream_peer(both.near, &peer), -ENOTCONN);
    unref_both(&both);
}

DRIVER_LOOP_TEST(on_any_tcp_connection_small_writes_are_not_held_back)
{
    struct ends ends = tcp_ends();
    struct coil_stream *stream;
    int no_delay = 0;

    CHECK_EQ(coil_sock_get(ends.near, IPPROTO_TCP, TCP_NODELAY, &no_delay), 0);
    CHECK_EQ(no_delay, 0);
    CHECK_EQ(coil_stream_open(ends.near, NULL, &stream), 0);
    CHECK_EQ(coil_sock_get(ends.near, IPPROTO_TCP, TCP_NODELAY, &no_delay), 0);
    CHECK(no_delay != 0);
    coil_stream_unref(stream);
    CHECK_EQ(coil_close(ends.far), 0);
}
