/* Cancelled and timed out at every moment: whatever waits in sockets and datagram endpoints. */
#include <sys/uio.h>

#include "unit/io/inflight.h"

/* --- a connected pair --- */

static coil_async void open_tcp(struct flight *f)
{
    struct ends ends = tcp_ends();

    f->fds[0] = ends.near;
    f->fds[1] = ends.far;
}

/* Between which little fits, however long nobody takes it. */
static void open_small(struct flight *f)
{
    CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, f->fds), 0);
}

static coil_async void close_pair(struct flight *f)
{
    coil_close_soon(f->fds[0]);
    coil_close_soon(f->fds[1]);
}

static coil_async void says(struct flight *f)
{
    CHECK_EQ(coil_sock_sendall(f->fds[1], "said", 4), 0);
}

/* In the background, for as long as the connection lasts. */
static coil_async struct coil_result takes_all(void *arg)
{
    char data[16384];
    int fd = (int)(intptr_t)arg;

    while (coil_sock_recv(fd, data, sizeof(data)) > 0)
        ;
    return coil_value(NULL);
}

static coil_async void takes(struct flight *f)
{
    coil_future_unref(coil_create_task(takes_all, (void *)(intptr_t)f->fds[1]));
}

static coil_async int64_t receives(struct flight *f)
{
    return coil_sock_recv(f->fds[0], f->data, sizeof(f->data));
}

static coil_async int64_t receives_from(struct flight *f)
{
    return coil_sock_recvfrom(f->fds[0], f->data, sizeof(f->data), &f->address);
}

static coil_async int64_t receives_message(struct flight *f)
{
    struct iovec part = {f->data, sizeof(f->data)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    return coil_sock_recvmsg(f->fds[0], &message, 0);
}

static coil_async int64_t sends_all(struct flight *f)
{
    return coil_sock_sendall(f->fds[0], flight_much, FLIGHT_MUCH);
}

static coil_async int64_t sends_messages(struct flight *f)
{
    struct iovec part = {flight_much, FLIGHT_MUCH};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    int64_t sent = 0, n = 0;

    while (sent < FLIGHT_MUCH && n >= 0) {
        n = coil_sock_sendmsg(f->fds[0], &message, 0);
        sent += n;
    }
    return n;
}

static coil_async void open_file(struct flight *f)
{
    const char *path = kit_path("file");
    int fd;

    open_small(f);
    fd = coil_open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0);
    CHECK_EQ(coil_unlink(path), 0);
    CHECK_EQ(coil_pwrite(fd, flight_much, FLIGHT_MUCH, 0), 0);
    f->mine[0] = (void *)(intptr_t)fd;
}

static coil_async void close_file(struct flight *f)
{
    close_pair(f);
    coil_close_soon((int)(intptr_t)f->mine[0]);
}

static coil_async int64_t sends_file(struct flight *f)
{
    return coil_sock_sendfile(f->fds[0], (int)(intptr_t)f->mine[0], 0, FLIGHT_MUCH);
}

/* --- connections --- */

static coil_async void open_listener(struct flight *f)
{
    f->fds[0] = listen_on("127.0.0.1:0", 20, &f->address);
    f->fds[1] = coil_sock_open(AF_INET, SOCK_STREAM, 0);
}

static coil_async void knocks(struct flight *f)
{
    coil_close_soon(f->fds[1]);
    f->fds[1] = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(coil_sock_connect(f->fds[1], &f->address), 0);
}

static coil_async int64_t accepts(struct flight *f)
{
    int fd = coil_sock_accept(f->fds[0], NULL);

    if (fd >= 0)
        coil_close_soon(fd);
    return fd;
}

static coil_async void open_silence(struct flight *f)
{
    f->mine[0] = malloc(sizeof(struct silent));
    open_silent(f->mine[0]);
    f->fds[0] = coil_sock_open(AF_INET, SOCK_STREAM, 0);
}

static coil_async void close_silence(struct flight *f)
{
    coil_close_soon(f->fds[0]);
    close_silent(f->mine[0]);
    free(f->mine[0]);
}

static coil_async int64_t connects(struct flight *f)
{
    return coil_sock_connect(f->fds[0], &((struct silent *)f->mine[0])->at);
}

static const struct kind of_sockets[] = {
    {"sock_recv", open_tcp, receives, says, close_pair, true},
    {"sock_recvfrom", open_tcp, receives_from, says, close_pair, true},
    {"sock_recvmsg", open_tcp, receives_message, says, close_pair, true},
    {"sock_sendall", open_small, sends_all, takes, close_pair, true},
    {"sock_sendmsg", open_small, sends_messages, takes, close_pair, true},
    {"sock_sendfile", open_file, sends_file, takes, close_file, true},
    {"sock_accept", open_listener, accepts, knocks, close_pair, true},
    {"sock_connect", open_silence, connects, NULL, close_silence, false},
};

DRIVER_LOOP_TEST(whatever_waits_in_a_socket_can_be_cancelled_at_any_moment)
{
    check_kinds(of_sockets, sizeof(of_sockets) / sizeof(of_sockets[0]));
}

/* --- datagrams --- */

static struct coil_address unix_name(const char *what)
{
    static int count;
    char text[32];

    snprintf(text, sizeof(text), "%s%d", what, count++);
    return abstract_name(text);
}

static coil_async void open_endpoints(struct flight *f)
{
    struct coil_address any = address_of("127.0.0.1:0");

    CHECK_EQ(coil_datagram_open(&any, NULL, NULL, (struct coil_datagram **)&f->mine[0]), 0);
    CHECK_EQ(coil_datagram_open(&any, NULL, NULL, (struct coil_datagram **)&f->mine[1]), 0);
    CHECK_EQ(coil_datagram_address(f->mine[0], &f->address), 0);
}

static coil_async void close_endpoints(struct flight *f)
{
    coil_datagram_close(f->mine[0]);
    coil_datagram_close(f->mine[1]);
}

static coil_async void sends_one(struct flight *f)
{
    CHECK_EQ(coil_datagram_send(f->mine[1], "one", 3, &f->address), 0);
}

static coil_async int64_t endpoint_receives(struct flight *f)
{
    struct coil_address from;

    return coil_datagram_recv(f->mine[0], f->data, sizeof(f->data), &from);
}

/* Of Unix sockets, whose full receivers hold up their senders. */
static coil_async void open_unix_endpoints(struct flight *f)
{
    struct coil_address here = unix_name("here"), there = unix_name("there");

    f->address = there;
    CHECK_EQ(coil_datagram_open(&here, NULL, NULL, (struct coil_datagram **)&f->mine[0]), 0);
    CHECK_EQ(coil_datagram_open(&there, NULL, NULL, (struct coil_datagram **)&f->mine[1]), 0);
}

/* More than fits; what was taken meanwhile makes room. */
static coil_async int64_t endpoint_sends(struct flight *f)
{
    int err = 0;

    for (int i = 0; i < 300 && err == 0; i++)
        err = coil_datagram_send(f->mine[0], flight_much, 1000, &f->address);
    return err;
}

static coil_async int64_t socket_sends(struct flight *f)
{
    int fd = coil_datagram_fd(f->mine[0]);
    int64_t n = 0;

    for (int i = 0; i < 300 && n >= 0; i++)
        n = coil_sock_sendto(fd, flight_much, 1000, &f->address);
    return n;
}

static coil_async struct coil_result takes_datagrams(void *arg)
{
    char data[8];

    while (coil_datagram_recv(arg, data, sizeof(data), NULL) >= 0)
        ;
    return coil_value(NULL);
}

static coil_async void endpoint_takes(struct flight *f)
{
    coil_future_unref(coil_create_task(takes_datagrams, f->mine[1]));
}

static const struct kind of_datagrams[] = {
    {"datagram_recv", open_endpoints, endpoint_receives, sends_one, close_endpoints, true},
    {"datagram_send", open_unix_endpoints, endpoint_sends, endpoint_takes, close_endpoints, true},
    {"sock_sendto", open_unix_endpoints, socket_sends, endpoint_takes, close_endpoints, true},
};

DRIVER_LOOP_TEST(whatever_waits_in_an_endpoint_can_be_cancelled_at_any_moment)
{
    check_kinds(of_datagrams, sizeof(of_datagrams) / sizeof(of_datagrams[0]));
}

DRIVER_TEST(a_loop_ends_with_sockets_and_endpoints_in_flight)
{
    check_loops_end(of_sockets, sizeof(of_sockets) / sizeof(of_sockets[0]));
    check_loops_end(of_datagrams, sizeof(of_datagrams) / sizeof(of_datagrams[0]));
}
