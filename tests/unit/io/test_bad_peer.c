/* The peer is reset, or goes, in every state of a connection: an error that says so, soon; nothing
 * stays open. */
#include <stdlib.h>

#include "unit/io/sockets.h"
#include "unit/io/streams.h"

#define MUCH 8000000 /* more than any two sockets keep */

static char much[MUCH];

/* A TCP connection as two streams. */
static coil_async struct both tcp_both(void)
{
    const struct coil_stream_options small = {.high_bytes = 8192};
    struct ends ends = tcp_ends();
    struct both both;

    CHECK_EQ(coil_stream_open(ends.near, &small, &both.near), 0);
    CHECK_EQ(coil_stream_open(ends.far, &small, &both.far), 0);
    return both;
}

static bool is_loss(int64_t status)
{
    return status == -ECONNRESET || status == -EPIPE || status == -ECONNABORTED;
}

/* --- the states: each is what a task does with the near end when the far end is reset --- */

static coil_async int64_t reads(struct coil_stream *near)
{
    char data[8];

    return coil_stream_read(near, data, sizeof(data));
}

static coil_async int64_t reads_exactly(struct coil_stream *near)
{
    char data[8];

    return coil_stream_readexactly(near, data, sizeof(data));
}

static coil_async int64_t reads_a_line(struct coil_stream *near)
{
    char *line;

    return coil_stream_readline(near, &line);
}

static coil_async int64_t reads_a_record(struct coil_stream *near)
{
    char *record;

    return coil_stream_readuntil(near, "\r\n\r\n", 4, &record);
}

static coil_async int64_t reads_all(struct coil_stream *near)
{
    char *data;

    return coil_stream_readall(near, &data);
}

static coil_async int64_t drains(struct coil_stream *near)
{
    int err = coil_stream_write(near, much, sizeof(much));

    return err != 0 ? err : coil_stream_drain(near);
}

static coil_async int64_t sends_all(struct coil_stream *near)
{
    return coil_stream_sendall(near, much, sizeof(much));
}

static coil_async int64_t sends_all_behind(struct coil_stream *near)
{
    int err = coil_stream_write(near, much, sizeof(much));

    return err != 0 ? err : coil_stream_sendall(near, much, sizeof(much));
}

static coil_async int64_t waits_closed(struct coil_stream *near)
{
    int err = coil_stream_write(near, much, sizeof(much));

    coil_stream_close(near);
    return err != 0 ? err : coil_stream_wait_closed(near);
}

static coil_async int64_t reads_after_its_end(struct coil_stream *near)
{
    coil_stream_write_eof(near);
    return reads(near);
}

static coil_async int64_t ends_behind_what_is_kept(struct coil_stream *near)
{
    int err = coil_stream_write(near, much, sizeof(much));

    if (err == 0)
        err = coil_stream_write_eof(near);
    return err != 0 ? err : coil_stream_wait_closed(near);
}

typedef int64_t state_fn(struct coil_stream *near);

static const struct {
    const char *name;
    state_fn *fn;
    bool takes_half; /* what came before the reset is enough */
} states[] = {
    {"read", reads, true},
    {"readexactly", reads_exactly, false},
    {"readline", reads_a_line, false},
    {"readuntil", reads_a_record, false},
    {"readall", reads_all, false},
    {"drain", drains, false},
    {"sendall", sends_all, false},
    {"sendall behind what is kept", sends_all_behind, false},
    {"wait_closed", waits_closed, false},
    {"read after write_eof", reads_after_its_end, true},
    {"write_eof behind what is kept", ends_behind_what_is_kept, false},
};

struct visit {
    struct both both;
    state_fn *fn;
};

static coil_async struct coil_result is_in_state(void *arg)
{
    struct visit *visit = arg;

    return coil_number(-visit->fn(visit->both.near));
}

/* Whoever looks at the stream now is told, and its end is as quick as ever. */
static coil_async void check_lost(struct coil_stream *near, const char *state)
{
    char data[64];
    int64_t n;
    int err = 0;

    while ((n = coil_stream_read(near, data, sizeof(data))) > 0)
        ; /* what came before */
    if (n != 0 && !is_loss(n))
        FAIL("%s: read says %s", state, coil_strerror((int)n));
    for (int i = 0; i < 10 && err == 0; i++) /* the first one may be sent into the void */
        err = coil_stream_write(near, "x", 1);
    if (!is_loss(err) && err != -ESHUTDOWN)
        FAIL("%s: write says %s", state, coil_strerror(err));
    CHECK_EQ(coil_stream_pending(near), 0);
    CHECK_EQ(coil_stream_peer(near, &(struct coil_address){.length = 0}), -ENOTCONN);
    coil_stream_close(near);
    err = coil_stream_wait_closed(near);
    CHECK(err == 0 || is_loss(err));
    CHECK_EQ(coil_stream_fd(near), -1);
}

static coil_async void visit_state(size_t i, int turns)
{
    struct visit visit = {tcp_both(), states[i].fn};
    struct coil_future *task = coil_create_task(is_in_state, &visit);
    int64_t status;

    let_run(turns);
    CHECK_EQ(coil_stream_write(visit.both.far, "half", 4), 0);
    let_run(turns);
    coil_stream_abort(visit.both.far);
    status = -coil_join(task).status;
    if (!is_loss(status) && !(status == 4 && states[i].takes_half))
        FAIL("%s, %d turns: %s", states[i].name, turns, coil_strerror((int)status));
    check_lost(visit.both.near, states[i].name);
    unref_both(&visit.both);
}

DRIVER_LOOP_TEST(reset_in_any_state_it_is_told_and_nothing_stays_open)
{
    int lowest = lowest_free();

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        for (int turns = 0; turns < 5; turns++)
            visit_state(i, turns);
    CHECK_EQ(lowest_free(), lowest);
}

DRIVER_LOOP_TEST(an_idle_connection_that_was_reset_tells_who_comes_next)
{
    for (int writes = 0; writes < 2; writes++) {
        struct both both = tcp_both();
        char data[4];

        coil_stream_abort(both.far);
        let_run(3);
        if (writes) {
            int err = 0;

            for (int i = 0; i < 10 && err == 0; i++)
                err = coil_stream_write(both.near, "x", 1);
            CHECK(is_loss(err));
            CHECK(is_loss(coil_stream_drain(both.near)));
        }
        CHECK(coil_stream_read(both.near, data, sizeof(data)) <= 0);
        unref_both(&both);
    }
}

DRIVER_LOOP_TEST(an_end_that_cannot_be_sent_any_more_is_told)
{
    struct both both = tcp_both();
    char data[4];

    coil_stream_abort(both.far);
    coil_sleep(COIL_MS(1));
    CHECK(is_loss(coil_stream_write_eof(both.near)));
    CHECK(is_loss(coil_stream_drain(both.near)));
    CHECK_EQ(coil_stream_read(both.near, data, sizeof(data)), -ECONNRESET);
    unref_both(&both);
}

/* Writes until that fails. */
static coil_async int write_in_vain(struct coil_stream *near)
{
    int err = 0;

    for (int i = 0; i < 20 && err == 0; i++) {
        err = coil_stream_write(near, "x", 1);
        coil_sleep(COIL_MS(1));
    }
    return err;
}

DRIVER_LOOP_TEST(a_reset_that_was_told_to_who_writes_is_no_end_for_who_reads)
{
    struct both both = tcp_both();
    char *rest;

    CHECK_EQ(coil_stream_write(both.far, "half", 4), 0);
    coil_sleep(COIL_MS(1));
    coil_stream_abort(both.far);
    coil_sleep(COIL_MS(1));
    CHECK_EQ(write_in_vain(both.near), -ECONNRESET);
    CHECK_EQ(coil_stream_readall(both.near, &rest), -ECONNRESET);
    CHECK(!coil_stream_at_eof(both.near));
    unref_both(&both);
}

DRIVER_LOOP_TEST(a_reset_that_was_told_to_who_reads_is_told_to_who_writes)
{
    struct both both = tcp_both();
    char data[4];

    coil_stream_abort(both.far);
    CHECK_EQ(coil_stream_read(both.near, data, sizeof(data)), -ECONNRESET);
    CHECK_EQ(coil_stream_drain(both.near), -ECONNRESET);
    CHECK_EQ(coil_stream_write(both.near, "x", 1), -ECONNRESET);
    CHECK_EQ(coil_stream_sendall(both.near, "x", 1), -ECONNRESET);
    CHECK_EQ(coil_stream_write_eof(both.near), -ECONNRESET);
    coil_stream_close(both.near);
    CHECK_EQ(coil_stream_wait_closed(both.near), -ECONNRESET);
    unref_both(&both);
}

DRIVER_LOOP_TEST(who_drains_learns_of_the_reset_that_another_read)
{
    struct visit visit = {tcp_both(), drains};
    struct coil_future *task = coil_create_task(is_in_state, &visit);
    char data[4];

    let_run(4);
    coil_stream_abort(visit.both.far);
    CHECK_EQ(coil_stream_read(visit.both.near, data, sizeof(data)), -ECONNRESET);
    CHECK_EQ(coil_join(task).status, ECONNRESET);
    unref_both(&visit.both);
}

DRIVER_LOOP_TEST(an_answer_and_the_end_of_a_peer_that_hears_no_more_are_read)
{
    struct both both = tcp_both();
    char *rest = NULL;

    CHECK_EQ(coil_stream_write(both.far, "answer", 6), 0);
    coil_stream_unref(both.far);
    coil_sleep(COIL_MS(1));
    CHECK_EQ(write_in_vain(both.near), -EPIPE);
    CHECK_EQ(coil_stream_readall(both.near, &rest), 6);
    CHECK_STR(rest, "answer");
    CHECK(coil_stream_at_eof(both.near));
    free(rest);
    coil_stream_unref(both.near);
}

DRIVER_LOOP_TEST(half_a_record_that_came_before_the_reset_can_still_be_read)
{
    struct visit visit = {tcp_both(), reads_a_record};
    struct coil_future *task = coil_create_task(is_in_state, &visit);
    char data[8];

    CHECK_EQ(coil_stream_write(visit.both.far, "half", 4), 0);
    let_run(4);
    coil_sleep(COIL_MS(1));
    coil_stream_abort(visit.both.far);
    CHECK_EQ(coil_join(task).status, ECONNRESET);
    CHECK_EQ(coil_stream_read(visit.both.near, data, sizeof(data)), 4);
    CHECK_EQ(memcmp(data, "half", 4), 0);
    CHECK_EQ(coil_stream_read(visit.both.near, data, sizeof(data)), -ECONNRESET);
    unref_both(&visit.both);
}

/* --- before there is a connection --- */

DRIVER_LOOP_TEST(a_listener_that_goes_refuses_those_who_wait_to_connect)
{
    struct coil_address where = abstract_name("goes"), at;
    int listener = listen_at(&where, 0, &at), fds[4], lowest = lowest_free();
    struct coil_future *tasks[4];
    struct silent silent = {.listener = listener, .at = at};
    int refused = 0;

    for (int i = 0; i < 4; i++) {
        void *arguments[] = {&silent, &fds[i]};

        fds[i] = coil_sock_open(AF_UNIX, SOCK_STREAM, 0);
        tasks[i] = coil_create_task(connects_in_vain, arguments);
        let_run(3);
        coil_sleep(COIL_US(100));
    }
    coil_close_soon(listener);
    for (int i = 0; i < 4; i++) {
        int64_t status = coil_join(tasks[i]).status;

        CHECK(status == 0 || status == ECONNREFUSED);
        refused += status == ECONNREFUSED;
        coil_close_soon(fds[i]);
    }
    CHECK(refused >= 2);
    CHECK_EQ(lowest_free(), lowest - 1);
}

DRIVER_LOOP_TEST(a_listener_that_goes_resets_those_in_its_queue)
{
    struct coil_address at;
    int listener = listen_on("127.0.0.1:0", 5, &at), fd = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    char data[4];

    CHECK_EQ(coil_sock_connect(fd, &at), 0);
    coil_close_soon(listener);
    CHECK_EQ(coil_sock_recv(fd, data, sizeof(data)), -ECONNRESET);
    coil_close_soon(fd);
}

static int served;

static coil_async void answers(struct coil_stream *client, void *arg)
{
    char data[4];

    (void)arg;
    if (coil_stream_read(client, data, sizeof(data)) > 0 && data[0] == '?') {
        coil_stream_write(client, "!", 1);
        served++;
    }
}

/* In the queue of the server, and gone: reset, or in order. */
static coil_async void come_and_go(uint16_t port, int i)
{
    struct coil_stream *gone;

    CHECK_EQ(coil_open_connection("127.0.0.1", port, &gone), 0);
    if (i % 3 == 0)
        coil_stream_write(gone, "x", 1);
    if (i % 2 == 0)
        coil_stream_abort(gone);
    coil_stream_unref(gone);
}

DRIVER_LOOP_TEST(clients_that_are_gone_before_they_are_accepted_disturb_nobody)
{
    const struct coil_server_options one = {.most = 1};
    struct coil_server *server;
    struct coil_stream *first, *last;
    char data[4];

    CHECK_EQ(coil_start_server_with(answers, NULL, "127.0.0.1", 0, &one, &server), 0);
    CHECK_EQ(coil_open_connection("127.0.0.1", coil_server_port(server), &first), 0);
    let_run(5);
    for (int i = 0; i < 30; i++)
        come_and_go(coil_server_port(server), i);
    CHECK_EQ(coil_open_connection("127.0.0.1", coil_server_port(server), &last), 0);
    CHECK_EQ(coil_stream_write(last, "?", 1), 0);
    coil_stream_unref(first); /* now the queue is served */
    CHECK_EQ(coil_stream_read(last, data, sizeof(data)), 1);
    CHECK_EQ(served, 1);
    coil_stream_unref(last);
    CHECK_EQ(coil_server_shutdown(server, COIL_SECONDS(1)), 0);
    coil_server_unref(server);
}

/* --- half-open --- */

static coil_async void gives_up(struct coil_stream *client, void *arg)
{
    struct coil_timeout patience;
    char data[4];
    int64_t *told = arg;

    coil_timeout_enter(&patience, COIL_MS(1));
    *told = coil_timeout_exit(&patience, coil_stream_read(client, data, sizeof(data)));
}

DRIVER_LOOP_TEST(a_peer_that_says_nothing_more_is_given_up_in_time)
{
    const struct coil_server_options watched = {.keep_alive = true};
    struct coil_server *server;
    struct coil_stream *mute;
    int64_t told = 0;
    char data[4];

    CHECK_EQ(coil_start_server_with(gives_up, &told, "127.0.0.1", 0, &watched, &server), 0);
    CHECK_EQ(coil_open_connection("127.0.0.1", coil_server_port(server), &mute), 0);
    CHECK_EQ(coil_stream_read(mute, data, sizeof(data)), 0);
    CHECK_EQ(told, -ETIMEDOUT);
    coil_stream_unref(mute);
    CHECK_EQ(coil_server_shutdown(server, COIL_SECONDS(1)), 0);
    coil_server_unref(server);
}

DRIVER_LOOP_TEST(a_peer_that_only_listens_gets_everything)
{
    struct both both = tcp_both();
    char *data;

    CHECK_EQ(coil_stream_write_eof(both.far), 0);
    CHECK_EQ(coil_stream_read(both.near, much, 1), 0);
    CHECK_EQ(coil_stream_write(both.near, much, 1000000), 0);
    CHECK_EQ(coil_stream_write_eof(both.near), 0);
    CHECK_EQ(coil_stream_readall(both.far, &data), 1000000);
    free(data);
    unref_both(&both);
}
