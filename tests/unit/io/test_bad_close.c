/* Closed while something is out: whoever waits is told, and never sees what comes after, also if
 * the descriptor's number is another file's at once. */
#include <stdlib.h>

#include "unit/io/sockets.h"
#include "unit/io/streams.h"

static char much[4000000];

/* What waits, on what; the data lies where stray writes would be seen. */
struct waiting {
    int fd;
    struct coil_stream *stream;
    struct coil_datagram *endpoint;
    struct coil_server *server;
    int64_t result;
    char data[16];
};

static struct both pair(void)
{
    const struct coil_stream_options small = {.high_bytes = 4096};

    return open_both(&small);
}

/* --- descriptors --- */

static coil_async struct coil_result receives(void *arg)
{
    struct waiting *w = arg;

    w->result = coil_sock_recv(w->fd, w->data, sizeof(w->data));
    return coil_value(NULL);
}

static coil_async struct coil_result reads(void *arg)
{
    struct waiting *w = arg;

    w->result = coil_read(w->fd, w->data, sizeof(w->data));
    return coil_value(NULL);
}

static coil_async struct coil_result sends(void *arg)
{
    struct waiting *w = arg;

    w->result = coil_sock_sendall(w->fd, much, sizeof(much));
    return coil_value(NULL);
}

static coil_async struct coil_result accepts(void *arg)
{
    struct waiting *w = arg;

    w->result = coil_sock_accept(w->fd, NULL);
    return coil_value(NULL);
}

static coil_async struct coil_result closes(void *arg)
{
    return coil_number(coil_close(*(int *)arg));
}

/* Ended by coil_close of another task, or at once. */
static coil_async void close_somehow(int fd, bool at_once)
{
    if (at_once)
        CHECK_EQ(coil_close_soon(fd), 0);
    else
        CHECK_EQ(coil_join(coil_create_task(closes, &fd)).status, 0);
}

/* Both ends of a new pair have something to read, and one of them the number of the one closed. */
static coil_async void check_reused(const struct waiting *w, int turns)
{
    int fds[2];
    char data[4];

    CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, fds), 0);
    CHECK(fds[0] == w->fd || fds[1] == w->fd);
    CHECK_EQ(coil_sock_sendall(fds[0], "new", 3), 0);
    CHECK_EQ(coil_sock_sendall(fds[1], "new", 3), 0);
    let_run(turns);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(coil_sock_recv(fds[i], data, sizeof(data)), 3);
        CHECK_EQ(coil_close_soon(fds[i]), 0);
    }
}

static coil_async void check_closed_under(coil_coroutine_fn *fn, int turns, bool at_once)
{
    struct waiting w = {.data = "untouched"};
    struct coil_future *task;
    int fds[2];

    if (fn == accepts)
        w.fd = listen_on("127.0.0.1:0", 5, &(struct coil_address){.length = 0});
    else
        CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, fds), 0);
    if (fn != accepts)
        w.fd = fds[0];
    task = coil_create_task(fn, &w);
    let_run(1 + turns);
    close_somehow(w.fd, at_once);
    check_reused(&w, turns);
    coil_join(task);
    CHECK_EQ(w.result, -EBADF);
    CHECK_STR(w.data, "untouched");
    if (fn != accepts)
        coil_close_soon(fds[1]);
}

DRIVER_LOOP_TEST(closed_under_any_operation_it_is_told_and_the_next_file_is_untouched)
{
    static coil_coroutine_fn *const forms[] = {receives, reads, sends, accepts};

    for (int form = 0; form < 4; form++)
        for (int turns = 0; turns < 4; turns++)
            for (int at_once = 0; at_once < 2; at_once++)
                check_closed_under(forms[form], turns, at_once);
}

/* --- streams --- */

static coil_async struct coil_result stream_reads(void *arg)
{
    struct waiting *w = arg;

    w->result = coil_stream_read(w->stream, w->data, sizeof(w->data));
    return coil_value(NULL);
}

static coil_async struct coil_result stream_reads_line(void *arg)
{
    struct waiting *w = arg;
    char *line;

    w->result = coil_stream_readline(w->stream, &line);
    return coil_value(NULL);
}

static coil_async struct coil_result stream_drains(void *arg)
{
    struct waiting *w = arg;

    coil_stream_write(w->stream, much, sizeof(much));
    w->result = coil_stream_drain(w->stream);
    return coil_value(NULL);
}

static coil_async struct coil_result stream_sends(void *arg)
{
    struct waiting *w = arg;

    w->result = coil_stream_sendall(w->stream, much, sizeof(much));
    return coil_value(NULL);
}

static coil_async struct coil_result stream_sends_behind(void *arg)
{
    struct waiting *w = arg;

    coil_stream_write(w->stream, much, sizeof(much));
    w->result = coil_stream_sendall(w->stream, much, sizeof(much));
    return coil_value(NULL);
}

static coil_async struct coil_result stream_waits_closed(void *arg)
{
    struct waiting *w = arg;

    coil_stream_write(w->stream, much, sizeof(much));
    w->result = coil_stream_wait_closed(w->stream);
    return coil_value(NULL);
}

static coil_async void check_end_of_read(coil_coroutine_fn *fn, int turns, bool abort)
{
    struct both both = pair();
    struct waiting w = {.stream = both.near, .fd = coil_stream_fd(both.near), .data = "untouched"};
    struct coil_future *task = coil_create_task(fn, &w);

    let_run(1 + turns);
    if (abort)
        coil_stream_abort(both.near);
    else
        coil_stream_close(both.near);
    check_reused(&w, turns);
    coil_join(task);
    CHECK_EQ(w.result, 0);
    CHECK_STR(w.data, "untouched");
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_stream_closed_under_a_read_ends_it_and_the_next_file_is_untouched)
{
    for (int turns = 0; turns < 4; turns++)
        for (int abort = 0; abort < 2; abort++) {
            check_end_of_read(stream_reads, turns, abort);
            check_end_of_read(stream_reads_line, turns, abort);
        }
}

/* The peer never reads: only an abort ends it. */
static coil_async void check_end_of_write(coil_coroutine_fn *fn, int turns)
{
    struct both both = pair();
    struct waiting w = {.stream = both.near};
    struct coil_future *task = coil_create_task(fn, &w);
    struct coil_result r;

    let_run(1 + turns);
    CHECK(!coil_future_done(task));
    coil_stream_abort(both.near);
    r = coil_wait_for(task, COIL_SECONDS(5));
    CHECK_EQ(r.status, 0);
    coil_future_unref(task);
    CHECK_EQ(w.result, -ECONNABORTED);
    CHECK_EQ(coil_stream_fd(both.near), -1);
    CHECK_EQ(coil_stream_pending(both.near), 0);
    unref_both(&both);
}

DRIVER_LOOP_TEST(an_abort_ends_whoever_writes)
{
    static coil_coroutine_fn *const forms[] = {stream_drains, stream_sends, stream_sends_behind,
                                               stream_waits_closed};

    for (int form = 0; form < 4; form++)
        for (int turns = 0; turns < 4; turns++)
            check_end_of_write(forms[form], turns);
}

static coil_async struct coil_result takes_everything(void *arg)
{
    struct waiting *w = arg;
    char *data;

    w->result = coil_stream_readall(w->stream, &data);
    if (w->result >= 0)
        free(data);
    return coil_value(NULL);
}

DRIVER_LOOP_TEST(closed_under_a_sendall_everything_still_goes_out)
{
    struct both both = pair();
    struct waiting sender = {.stream = both.near}, taker = {.stream = both.far};
    struct coil_future *sends_it = coil_create_task(stream_sends, &sender), *takes_it;

    let_run(3);
    coil_stream_close(both.near);
    takes_it = coil_create_task(takes_everything, &taker);
    coil_join(sends_it);
    coil_join(takes_it);
    CHECK_EQ(sender.result, 0);
    CHECK_EQ(taker.result, sizeof(much));
    unref_both(&both);
}

/* --- servers and endpoints --- */

static coil_async void keeps_quiet(struct coil_stream *client, void *arg)
{
    char data[4];

    (void)arg;
    coil_stream_read(client, data, sizeof(data));
}

DRIVER_LOOP_TEST(a_closed_servers_numbers_may_be_used_again_at_once)
{
    struct waiting w = {.data = "untouched"};
    struct coil_stream *a;
    uint16_t port;

    w.fd = lowest_free();
    CHECK_EQ(coil_start_server(keeps_quiet, NULL, "127.0.0.1", 0, &w.server), 0);
    port = coil_server_port(w.server);
    let_run(3);
    coil_server_close(w.server);
    check_reused(&w, 3);
    CHECK_EQ(coil_open_connection("127.0.0.1", port, &a), -ECONNREFUSED);
    CHECK_EQ(coil_server_wait_closed(w.server), 0);
    coil_server_unref(w.server);
}

static coil_async struct coil_result endpoint_receives(void *arg)
{
    struct waiting *w = arg;

    w->result = coil_datagram_recv(w->endpoint, w->data, sizeof(w->data), NULL);
    return coil_value(NULL);
}

DRIVER_LOOP_TEST(a_closed_endpoints_number_may_be_used_again_at_once)
{
    struct coil_address any = address_of("127.0.0.1:0");

    for (int turns = 0; turns < 4; turns++) {
        struct waiting w = {.data = "untouched"};
        struct coil_future *task;

        CHECK_EQ(coil_datagram_open(&any, NULL, NULL, &w.endpoint), 0);
        w.fd = coil_datagram_fd(w.endpoint);
        task = coil_create_task(endpoint_receives, &w);
        let_run(1 + turns);
        coil_datagram_close(w.endpoint);
        check_reused(&w, turns);
        coil_join(task);
        CHECK_EQ(w.result, -EBADF);
        CHECK_STR(w.data, "untouched");
    }
}

/* --- the loop itself --- */

#define FORMS 6

/* Whatever they are told as the loop closes, they try once more, as careless tasks do. */
static struct waiting last[FORMS];
static struct both lasting[FORMS];
static coil_coroutine_fn *const last_forms[FORMS] = {
    stream_reads, stream_reads_line,   stream_drains,
    stream_sends, stream_sends_behind, stream_waits_closed,
};

static coil_async struct coil_result tries_again(void *arg)
{
    struct waiting *w = arg;
    coil_coroutine_fn *fn = last_forms[w - last];

    fn(w);
    fn(w);
    return fn(w);
}

static coil_async struct coil_result leaves_all_waiting(void *arg)
{
    for (int i = 0; i < FORMS; i++) {
        lasting[i] = pair();
        last[i].stream = lasting[i].near;
        coil_future_unref(coil_create_task(arg != NULL ? tries_again : last_forms[i], &last[i]));
    }
    let_run(4);
    return coil_value(NULL);
}

static void check_loop_closes(void *stubborn)
{
    struct coil_loop *loop = open_any();
    struct coil_future *task = coil_loop_create_task(loop, leaves_all_waiting, stubborn);

    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 0); /* not in a task */
    coil_future_unref(task);
    coil_loop_close(loop);
    for (int i = 0; i < FORMS; i++) {
        CHECK_EQ(coil_stream_fd(lasting[i].near), -1);
        CHECK_EQ(coil_stream_fd(lasting[i].far), -1);
        unref_both(&lasting[i]);
    }
}

DRIVER_TEST(a_loop_closes_with_everything_in_flight)
{
    check_loop_closes(NULL);
    CHECK_EQ(heard_take(), FORMS); /* "was destroyed but it is pending" */
}

DRIVER_TEST(a_loop_closes_though_its_tasks_do_not_give_up)
{
    check_loop_closes(lasting);
    CHECK(heard_take() >= FORMS);
}
