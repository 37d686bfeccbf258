/* Sockets: cancelled and timed out while an operation is out, and what is left then. */
#include <fcntl.h>
#include <sys/uio.h>

#include "loop/loop.h"
#include "unit/io/sockets.h"

#define LARGE 4000000

/* One operation, and what came of it. The data lies where others may look for stray writes. */
struct asked {
    int fd, file;
    const struct coil_address *to;
    int64_t result;
    char data[64];
    struct coil_address from;
};

static char large[LARGE];

static coil_async struct coil_result receives(void *arg)
{
    struct asked *asked = arg;

    asked->result = coil_sock_recv(asked->fd, asked->data, sizeof(asked->data));
    return coil_value(NULL);
}

static coil_async struct coil_result receives_from(void *arg)
{
    struct asked *asked = arg;

    asked->result = coil_sock_recvfrom(asked->fd, asked->data, sizeof(asked->data), &asked->from);
    return coil_value(NULL);
}

static coil_async struct coil_result receives_message(void *arg)
{
    struct asked *asked = arg;
    struct iovec part = {asked->data, sizeof(asked->data)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    asked->result = coil_sock_recvmsg(asked->fd, &message, 0);
    return coil_value(NULL);
}

static coil_async struct coil_result accepts(void *arg)
{
    struct asked *asked = arg;

    asked->result = coil_sock_accept(asked->fd, &asked->from);
    return coil_value(NULL);
}

static coil_async struct coil_result connects(void *arg)
{
    struct asked *asked = arg;

    asked->result = coil_sock_connect(asked->fd, asked->to);
    return coil_value(NULL);
}

static coil_async struct coil_result sends_all(void *arg)
{
    struct asked *asked = arg;

    asked->result = coil_sock_sendall(asked->fd, large, LARGE);
    return coil_value(NULL);
}

static coil_async struct coil_result sends_file(void *arg)
{
    struct asked *asked = arg;

    asked->result = coil_sock_sendfile(asked->fd, asked->file, 0, LARGE);
    return coil_value(NULL);
}

static coil_async struct coil_result sends_message(void *arg)
{
    struct asked *asked = arg;
    struct iovec part = {large, LARGE};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    do
        asked->result = coil_sock_sendmsg(asked->fd, &message, 0);
    while (asked->result >= 0);
    return coil_value(NULL);
}

/* Begins it, lets it wait, cancels it: it ends so, and the driver has nothing of it any more. */
static coil_async void check_cancelled(coil_coroutine_fn *fn, struct asked *asked)
{
    struct coil_future *task = coil_create_task(fn, asked);
    unsigned before = coil_loop_current()->driver->out;

    let_run(5);
    coil_sleep(COIL_MS(1));
    CHECK(!coil_future_done(task));
    CHECK_EQ(coil_loop_current()->driver->out, before + 1);
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_await(task).status, 0); /* the function tells it in its own way */
    CHECK_EQ(asked->result, -ECANCELED);
    CHECK_EQ(coil_loop_current()->driver->out, before);
    coil_future_unref(task);
}

static coil_async void check_timed_out(coil_coroutine_fn *fn, struct asked *asked)
{
    struct coil_timeout scope;

    coil_timeout_enter(&scope, COIL_MS(1));
    fn(asked);
    CHECK_EQ(coil_timeout_exit(&scope, asked->result), -ETIMEDOUT);
}

static coil_async void check_ends_early(coil_coroutine_fn *fn, struct asked *asked)
{
    check_cancelled(fn, asked);
    check_timed_out(fn, asked);
}

DRIVER_LOOP_TEST(receiving_ends_at_once_and_what_comes_later_is_not_lost)
{
    static coil_coroutine_fn *const forms[] = {receives, receives_from, receives_message};

    for (int i = 0; i < 3; i++) {
        struct ends ends = tcp_ends();
        struct asked asked = {.fd = ends.near, .data = "untouched"};

        check_ends_early(forms[i], &asked);
        CHECK_EQ(coil_sock_sendall(ends.far, "late", 4), 0);
        coil_sleep(COIL_MS(1));
        CHECK_STR(asked.data, "untouched");
        forms[i](&asked);
        CHECK_EQ(asked.result, 4);
        CHECK_EQ(memcmp(asked.data, "lateuched", 10), 0);
        close_ends(&ends);
    }
}

DRIVER_LOOP_TEST(accepting_ends_at_once_and_who_comes_later_is_not_lost)
{
    struct coil_address at;
    struct asked asked = {.fd = listen_on("127.0.0.1:0", 5, &at)};
    int near = coil_sock_open(AF_INET, SOCK_STREAM, 0);

    check_ends_early(accepts, &asked);
    CHECK_EQ(coil_sock_connect(near, &at), 0);
    accepts(&asked);
    CHECK(asked.result >= 0);
    coil_close_soon((int)asked.result);
    coil_close_soon(near);
    coil_close_soon(asked.fd);
}

DRIVER_LOOP_TEST(connecting_ends_at_once)
{
    struct silent silent;
    struct asked asked;

    open_silent(&silent);
    asked.to = &silent.at;
    for (int i = 0; i < 2; i++) {
        asked.fd = coil_sock_open(AF_INET, SOCK_STREAM, 0);
        (i == 0 ? check_cancelled : check_timed_out)(connects, &asked);
        coil_close_soon(asked.fd);
    }
    close_silent(&silent);
}

DRIVER_LOOP_TEST(sending_ends_at_once_though_nobody_reads)
{
    struct ends ends = small_ends();
    struct asked asked = {.fd = ends.near};

    check_ends_early(sends_all, &asked);
    check_ends_early(sends_message, &asked);
    CHECK_EQ(coil_sock_recv(ends.far, large, LARGE) > 0, true); /* the connection lives */
    close_ends(&ends);
}

DRIVER_LOOP_TEST(sending_a_file_ends_at_once_though_nobody_reads)
{
    struct ends ends = small_ends();
    struct asked asked = {.fd = ends.near};
    const char *path = kit_path("file");

    asked.file = coil_open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(asked.file >= 0);
    CHECK_EQ(coil_unlink(path), 0);
    CHECK_EQ(coil_pwrite(asked.file, large, LARGE, 0), 0);
    check_ends_early(sends_file, &asked);
    coil_close_soon(asked.file);
    close_ends(&ends);
}

/* --- at any moment --- */

DRIVER_LOOP_TEST(whenever_it_is_cancelled_every_byte_is_received_once)
{
    struct ends ends = tcp_ends();
    int64_t total = 0, sent = 0;

    for (int i = 0; i < 60; i++) {
        struct asked asked = {.fd = ends.near, .result = -ECANCELED};
        struct coil_future *task = coil_create_task(receives, &asked);

        let_run(i % 5);
        CHECK_EQ(coil_sock_sendall(ends.far, "abc", 3), 0);
        sent += 3;
        let_run(i % 7);
        coil_future_cancel(task, NULL);
        coil_join(task);
        CHECK(asked.result > 0 || asked.result == -ECANCELED);
        total += asked.result > 0 ? asked.result : 0;
    }
    coil_sock_shutdown(ends.far, SHUT_WR);
    for (int64_t n; (n = coil_sock_recv(ends.near, large, LARGE)) > 0;)
        total += n;
    CHECK_EQ(total, sent);
    close_ends(&ends);
}

DRIVER_LOOP_TEST(whenever_it_is_cancelled_every_connection_is_accepted_once)
{
    struct coil_address at;
    int listener = listen_on("127.0.0.1:0", 100, &at), lowest = lowest_free(), accepted = 0;

    for (int i = 0; i < 30; i++) {
        struct asked asked = {.fd = listener, .result = -ECANCELED};
        struct coil_future *task = coil_create_task(accepts, &asked);
        int near = coil_sock_open(AF_INET, SOCK_STREAM, 0);

        let_run(i % 5);
        CHECK_EQ(coil_sock_connect(near, &at), 0);
        let_run(i % 7);
        coil_future_cancel(task, NULL);
        coil_join(task);
        if (asked.result == -ECANCELED)
            accepts(&asked); /* it is there still */
        CHECK(asked.result >= 0);
        accepted++;
        coil_close_soon((int)asked.result);
        coil_close_soon(near);
    }
    CHECK_EQ(accepted, 30);
    CHECK_EQ(lowest_free(), lowest);
    coil_close_soon(listener);
}

static struct asked asked_last[4];

static coil_async struct coil_result leaves_all_waiting(void *arg)
{
    struct ends ends = tcp_ends();
    struct coil_address at;

    (void)arg;
    asked_last[0].fd = asked_last[1].fd = asked_last[2].fd = ends.near;
    asked_last[3].fd = listen_on("127.0.0.1:0", 5, &at);
    asked_last[3].file = ends.far; /* to be closed */
    coil_future_unref(coil_create_task(receives, &asked_last[0]));
    coil_future_unref(coil_create_task(receives, &asked_last[1]));
    coil_future_unref(coil_create_task(sends_all, &asked_last[2]));
    coil_future_unref(coil_create_task(accepts, &asked_last[3]));
    let_run(5);
    return coil_number(coil_loop_current()->driver->out >= 4);
}

DRIVER_TEST(a_loop_that_closes_takes_back_what_is_out)
{
    struct coil_loop *loop = open_any();
    struct coil_future *task = coil_loop_create_task(loop, leaves_all_waiting, NULL);
    bool simulated = strcmp(coil_loop_driver(loop), "sim") == 0;

    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 1);
    coil_future_unref(task);
    coil_loop_close(loop);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(asked_last[i].result, -ECANCELED);
    for (int i = 2; i < 4 && !simulated; i++)
        CHECK_EQ(close(asked_last[i].fd), 0);
    if (!simulated)
        CHECK_EQ(close(asked_last[3].file), 0);
    CHECK_EQ(heard_take(), 4); /* "was destroyed but it is pending" */
}
