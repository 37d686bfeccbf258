/* Sockets: made, named, connected, and every way a connection ends. */
#include "base/fault.h"
#include "io/world.h"
#include "unit/io/sockets.h"

/* --- what never waits --- */

DRIVER_LOOP_TEST(a_socket_is_named_by_what_it_is_bound_to)
{
    struct coil_address where = address_of("127.0.0.1:0"), at;
    int fd = coil_sock_open(AF_INET, SOCK_STREAM, 0);

    CHECK_EQ(coil_sock_bind(fd, &where), 0);
    CHECK_EQ(coil_sock_name(fd, &at), 0);
    CHECK(coil_address_port(&at) != 0);
    coil_address_set_port(&at, 0);
    CHECK(coil_address_equal(&at, &where));
    CHECK_EQ(coil_sock_peer(fd, &at), -ENOTCONN);
    coil_close_soon(fd);
}

DRIVER_LOOP_TEST(what_is_no_socket_says_so)
{
    struct coil_address at = address_of("127.0.0.1:0");
    int fds[2], value = 77;

    CHECK_EQ(coil_sock_open(77, SOCK_STREAM, 0), -EAFNOSUPPORT);
    CHECK_EQ(coil_sock_pair(AF_INET, SOCK_STREAM, fds), -EOPNOTSUPP);
    CHECK_EQ(coil_sock_bind(-1, &at), -EBADF);
    CHECK_EQ(coil_sock_listen(-1, 1), -EBADF);
    CHECK_EQ(coil_sock_name(-1, &at), -EBADF);
    CHECK_EQ(coil_sock_peer(-1, &at), -EBADF);
    CHECK_EQ(coil_sock_set(-1, SOL_SOCKET, SO_KEEPALIVE, 1), -EBADF);
    CHECK_EQ(coil_sock_get(-1, SOL_SOCKET, SO_KEEPALIVE, &value), -EBADF);
    CHECK_EQ(coil_sock_shutdown(-1, SHUT_WR), -EBADF);
    CHECK_EQ(value, 77);
    CHECK_EQ(coil_pipe(fds), 0);
    CHECK_EQ(coil_sock_listen(fds[0], 1), -ENOTSOCK);
    CHECK_EQ(coil_sock_accept(fds[0], NULL), -ENOTSOCK);
    coil_close_soon(fds[0]);
    coil_close_soon(fds[1]);
}

DRIVER_LOOP_TEST(operations_on_no_descriptor_say_so)
{
    struct coil_address at = address_of("127.0.0.1:9");
    struct msghdr message = {.msg_iovlen = 0};
    char data[4];

    CHECK_EQ(coil_sock_connect(-1, &at), -EBADF);
    CHECK_EQ(coil_sock_accept(-1, &at), -EBADF);
    CHECK_EQ(coil_sock_recv(-1, data, sizeof(data)), -EBADF);
    CHECK_EQ(coil_sock_recvfrom(-1, data, sizeof(data), &at), -EBADF);
    CHECK_EQ(coil_sock_sendall(-1, data, sizeof(data)), -EBADF);
    CHECK_EQ(coil_sock_sendto(-1, data, sizeof(data), NULL), -EBADF);
    CHECK_EQ(coil_sock_recvmsg(-1, &message, 0), -EBADF);
    CHECK_EQ(coil_sock_sendmsg(-1, &message, 0), -EBADF);
}

DRIVER_LOOP_TEST(options_are_set_and_read)
{
    int fd = coil_sock_open(AF_INET, SOCK_STREAM, 0), value = 0;

    CHECK_EQ(coil_sock_get(fd, SOL_SOCKET, SO_KEEPALIVE, &value), 0);
    CHECK_EQ(value, 0);
    CHECK_EQ(coil_sock_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    CHECK_EQ(coil_sock_get(fd, SOL_SOCKET, SO_KEEPALIVE, &value), 0);
    CHECK_EQ(value, 1);
    CHECK_EQ(coil_sock_get(fd, SOL_SOCKET, SO_TYPE, &value), 0);
    CHECK_EQ(value, SOCK_STREAM);
    value = 77;
    if (!in_simulator()) { /* which knows all options */
        CHECK_EQ(coil_sock_set(fd, SOL_SOCKET, 9999, 1), -ENOPROTOOPT);
        CHECK_EQ(coil_sock_get(fd, SOL_SOCKET, 9999, &value), -ENOPROTOOPT);
        CHECK_EQ(value, 77);
    }
    coil_close_soon(fd);
}

DRIVER_LOOP_TEST(options_of_many_bytes_are_set_and_read)
{
    int fd = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    struct linger set = {1, 3}, got = {0};

    CHECK_EQ(coil_sock_set_bytes(fd, SOL_SOCKET, SO_LINGER, &set, sizeof(set)), 0);
    CHECK_EQ(coil_sock_get_bytes(fd, SOL_SOCKET, SO_LINGER, &got, sizeof(got)), sizeof(got));
    CHECK_EQ(got.l_linger, 3);
    got.l_linger = 77;
    CHECK_EQ(coil_sock_get_bytes(fd, SOL_SOCKET, SO_LINGER, &got, sizeof(int)), sizeof(int));
    CHECK_EQ(got.l_linger, 77); /* behind what there was room for */
    CHECK_EQ(coil_sock_set_bytes(fd, SOL_SOCKET, SO_LINGER, &set, 1), -EINVAL);
    CHECK_EQ(coil_sock_set_bytes(fd, SOL_SOCKET, SO_LINGER, &set, SIZE_MAX), -EINVAL);
    coil_close_soon(fd);
    CHECK_EQ(coil_sock_set_bytes(-1, SOL_SOCKET, SO_LINGER, &set, sizeof(set)), -EBADF);
    CHECK_EQ(coil_sock_get_bytes(-1, SOL_SOCKET, SO_LINGER, &got, sizeof(got)), -EBADF);
}

/* The simulator knows no groups. */
DRIVER_LOOP_TEST(a_group_is_joined_and_hears_what_is_sent_to_it)
{
    struct coil_address group = address_of("239.255.77.7:0"), at = address_of("0.0.0.0:0");
    int fd = coil_sock_open(AF_INET, SOCK_DGRAM, 0);
    struct ip_mreq join = {.imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
    char data[8];

    CHECK_EQ(coil_sock_bind(fd, &at), 0);
    CHECK_EQ(coil_sock_name(fd, &at), 0);
    coil_address_set_port(&group, coil_address_port(&at));
    join.imr_multiaddr = group.as.ip4.sin_addr;
    CHECK_EQ(coil_sock_set_bytes(fd, IPPROTO_IP, IP_MULTICAST_IF, &join.imr_interface,
                                 sizeof(join.imr_interface)),
             0);
    CHECK_EQ(coil_sock_set_bytes(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join)), 0);
    if (!in_simulator()) {
        CHECK_EQ(coil_sock_sendto(fd, "all", 3, &group), 3);
        CHECK_EQ(coil_sock_recv(fd, data, sizeof(data)), 3);
        CHECK_EQ(memcmp(data, "all", 3), 0);
    }
    coil_close_soon(fd);
}

DRIVER_LOOP_TEST(an_address_is_taken_once_unless_both_reuse_it)
{
    struct coil_address at;
    int first = listen_on("127.0.0.1:0", 1, &at), second = coil_sock_open(AF_INET, SOCK_STREAM, 0);

    CHECK_EQ(coil_sock_bind(second, &at), -EADDRINUSE);
    coil_close_soon(first);
    CHECK_EQ(coil_sock_set(second, SOL_SOCKET, SO_REUSEPORT, 1), 0);
    CHECK_EQ(coil_sock_bind(second, &at), 0);
    CHECK_EQ(coil_sock_listen(second, 1), 0);
    first = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(coil_sock_bind(first, &at), -EADDRINUSE);
    CHECK_EQ(coil_sock_set(first, SOL_SOCKET, SO_REUSEPORT, 1), 0);
    CHECK_EQ(coil_sock_bind(first, &at), 0);
    CHECK_EQ(coil_sock_listen(first, 1), 0);
    coil_close_soon(first);
    coil_close_soon(second);
}

/* --- connecting --- */

/* A byte each way, and both ends know each other. */
static coil_async void check_connects(const struct coil_address *where)
{
    struct coil_address at, near_name, peer;
    int listener = listen_at(where, 5, &at), near, far;
    char data[4];

    near = coil_sock_open(where->as.any.sa_family, SOCK_STREAM, 0);
    CHECK_EQ(coil_sock_connect(near, &at), 0);
    far = coil_sock_accept(listener, &peer);
    CHECK(far >= 0);
    CHECK_EQ(coil_sock_name(near, &near_name), 0);
    CHECK(coil_address_equal(&near_name, &peer));
    CHECK_EQ(coil_sock_peer(far, &peer), 0);
    CHECK(coil_address_equal(&near_name, &peer));
    CHECK_EQ(coil_sock_peer(near, &peer), 0);
    CHECK(coil_address_equal(&at, &peer));
    CHECK_EQ(coil_sock_sendall(near, "ab", 2), 0);
    CHECK_EQ(coil_sock_recv(far, data, sizeof(data)), 2);
    CHECK_EQ(coil_sock_sendall(far, "c", 1), 0);
    CHECK_EQ(coil_sock_recv(near, data, sizeof(data)), 1);
    CHECK_EQ(data[0], 'c');
    coil_close_soon(near);
    coil_close_soon(far);
    coil_close_soon(listener);
}

DRIVER_LOOP_TEST(tcp_and_unix_sockets_connect)
{
    struct coil_address where = address_of("127.0.0.1:0");

    check_connects(&where);
    where = abstract_name("stream");
    check_connects(&where);
    kit_need_ipv6();
    where = address_of("[::1]:0");
    check_connects(&where);
}

DRIVER_LOOP_TEST(a_unix_socket_has_a_path)
{
    char text[64];
    struct coil_address where;

    snprintf(text, sizeof(text), "unix:/tmp/coil-test-sock-%d", (int)getpid());
    where = address_of(text);
    check_connects(&where);
    CHECK_EQ(coil_unlink(where.as.unix_path.sun_path), 0);
}

DRIVER_LOOP_TEST(where_nobody_listens_it_is_refused)
{
    struct coil_address at = free_address();
    int fd = coil_sock_open(AF_INET, SOCK_STREAM, 0);

    CHECK_EQ(coil_sock_connect(fd, &at), -ECONNREFUSED);
    coil_close_soon(fd);
    fd = coil_sock_open(AF_UNIX, SOCK_STREAM, 0);
    at = abstract_name("nobody");
    CHECK_EQ(coil_sock_connect(fd, &at), -ECONNREFUSED);
    at = address_of("unix:/nowhere/at/all");
    CHECK_EQ(coil_sock_connect(fd, &at), -ENOENT);
    at = address_of("127.0.0.1:80");
    CHECK_EQ(coil_sock_connect(fd, &at), -EINVAL);
    coil_close_soon(fd);
}

static coil_async struct coil_result accepts(void *arg)
{
    int fd = coil_sock_accept(*(int *)arg, NULL);

    if (fd >= 0)
        coil_close_soon(fd);
    return coil_number(fd < 0 ? fd : 0);
}

DRIVER_LOOP_TEST(accept_waits_until_somebody_comes)
{
    struct coil_address at;
    int listener = listen_on("127.0.0.1:0", 5, &at), near = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    struct coil_future *task = coil_create_task(accepts, &listener);

    let_run(5);
    CHECK(!coil_future_done(task));
    CHECK_EQ(coil_sock_connect(near, &at), 0);
    CHECK_EQ(coil_join(task).status, 0);
    coil_close_soon(near);
    coil_close_soon(listener);
}

/* --- how connections end --- */

DRIVER_LOOP_TEST(a_direction_that_was_ended_gives_0_and_the_other_goes_on)
{
    struct ends ends = tcp_ends();
    char data[4];

    CHECK_EQ(coil_sock_sendall(ends.near, "x", 1), 0);
    CHECK_EQ(coil_sock_shutdown(ends.near, SHUT_WR), 0);
    CHECK_EQ(coil_sock_recv(ends.far, data, sizeof(data)), 1);
    CHECK_EQ(coil_sock_recv(ends.far, data, sizeof(data)), 0);
    CHECK_EQ(coil_sock_recv(ends.far, data, sizeof(data)), 0); /* and again */
    CHECK_EQ(coil_sock_sendall(ends.far, "yz", 2), 0);
    CHECK_EQ(coil_sock_recv(ends.near, data, sizeof(data)), 2);
    CHECK_EQ(coil_sock_sendall(ends.near, "x", 1), -EPIPE); /* and no signal */
    close_ends(&ends);
}

/* Closed in this way, a connection is reset. */
static void reset(int fd)
{
    struct linger none = {.l_onoff = 1};

    CHECK_EQ(WORLD(coil_loop_current(), set_option, fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none)),
             0);
    coil_close_soon(fd);
}

static coil_async struct coil_result receives(void *arg)
{
    char data[4];

    return coil_number(coil_sock_recv(*(int *)arg, data, sizeof(data)));
}

DRIVER_LOOP_TEST(a_reset_is_told_who_reads_and_who_writes)
{
    struct ends ends = tcp_ends();
    struct coil_future *task = coil_create_task(receives, &ends.near);
    char data[4];

    let_run(3);
    reset(ends.far); /* while it reads */
    CHECK_EQ(coil_join(task).status, -ECONNRESET);
    CHECK_EQ(coil_sock_recv(ends.near, data, sizeof(data)), 0);
    CHECK_EQ(coil_sock_sendall(ends.near, "x", 1), -EPIPE);
    coil_close_soon(ends.near);

    ends = tcp_ends();
    CHECK_EQ(coil_sock_sendall(ends.far, "x", 1), 0);
    reset(ends.far); /* before it reads */
    coil_sleep(COIL_MS(1));
    CHECK_EQ(coil_sock_recv(ends.near, data, sizeof(data)), 1); /* what had come */
    CHECK_EQ(coil_sock_recv(ends.near, data, sizeof(data)), -ECONNRESET);
    coil_close_soon(ends.near);
}

DRIVER_LOOP_TEST(closed_with_data_unread_the_peer_is_reset)
{
    struct ends ends = tcp_ends();
    char data[4];

    CHECK_EQ(coil_sock_sendall(ends.near, "x", 1), 0);
    coil_sleep(COIL_MS(1));
    coil_close_soon(ends.far);
    CHECK_EQ(coil_sock_recv(ends.near, data, sizeof(data)), -ECONNRESET);
    coil_close_soon(ends.near);
}

DRIVER_LOOP_TEST(closing_ends_whoever_waits_and_frees_the_number)
{
    struct ends ends = tcp_ends(), other;
    int was = ends.near;
    struct coil_future *one = coil_create_task(receives, &was);
    struct coil_future *two = coil_create_task(receives, &was);
    char data[4];

    let_run(3);
    coil_close_soon(ends.near);
    CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, (int *)&other), 0);
    CHECK_EQ(coil_sock_sendall(other.far, "new", 3), 0); /* one of them has the number now */
    CHECK_EQ(coil_sock_sendall(other.near, "new", 3), 0);
    CHECK_EQ(coil_join(one).status, -EBADF);
    CHECK_EQ(coil_join(two).status, -EBADF);
    CHECK_EQ(coil_sock_recv(other.near, data, sizeof(data)), 3); /* untouched */
    CHECK_EQ(coil_sock_recv(other.far, data, sizeof(data)), 3);
    close_ends(&other);
    coil_close_soon(ends.far);
}

DRIVER_LOOP_TEST(those_who_read_are_served_in_order_of_arrival)
{
    struct ends ends = tcp_ends();
    struct coil_future *tasks[3];

    for (int i = 0; i < 3; i++)
        tasks[i] = coil_create_task(receives, &ends.near);
    let_run(3);
    CHECK_EQ(coil_sock_sendall(ends.far, "1234", 4), 0);
    CHECK_EQ(coil_join(tasks[0]).status, 4);
    CHECK_EQ(coil_sock_sendall(ends.far, "123", 3), 0);
    CHECK_EQ(coil_join(tasks[1]).status, 3);
    CHECK_EQ(coil_sock_sendall(ends.far, "12", 2), 0);
    CHECK_EQ(coil_join(tasks[2]).status, 2);
    close_ends(&ends);
}

/* --- no descriptors --- */

DRIVER_LOOP_TEST(without_a_descriptor_accept_says_so_and_recovers)
{
    struct coil_address at;
    int listener = listen_on("127.0.0.1:0", 5, &at), near = coil_sock_open(AF_INET, SOCK_STREAM, 0);
    int far;

    CHECK_EQ(coil_sock_connect(near, &at), 0);
    kit_limit_descriptors(3); /* more are open */
    CHECK_EQ(coil_sock_open(AF_INET, SOCK_STREAM, 0), -EMFILE);
    CHECK_EQ(coil_sock_accept(listener, NULL), -EMFILE);
    CHECK_EQ(coil_sock_accept(listener, NULL), -EMFILE);
    kit_unlimit_descriptors();
    far = coil_sock_accept(listener, NULL);
    CHECK(far >= 0); /* it has waited */
    coil_close_soon(near);
    coil_close_soon(far);
    coil_close_soon(listener);
}

DRIVER_LOOP_TEST(a_failed_call_is_told)
{
    struct coil_address at = address_of("127.0.0.1:0");
    int fd = coil_sock_open(AF_INET, SOCK_STREAM, 0), fds[2];

    if (!in_simulator()) { /* which calls nobody */
        coil__fault_arm(FAULT_SYS, 1, true);
        CHECK_EQ(coil_sock_open(AF_INET, SOCK_STREAM, 0), -EMFILE);
        CHECK_EQ(coil_sock_pair(AF_UNIX, SOCK_STREAM, fds), -EMFILE);
        CHECK_EQ(coil_sock_bind(fd, &at), -EADDRINUSE);
        CHECK_EQ(coil_sock_name(fd, &at), -ENOBUFS);
        coil__fault_arm(FAULT_SYS, 0, false);
        CHECK_EQ(at.length, 0);
    }
    coil_close_soon(fd);
}

FAIL_TEST(outside_a_loop_it_aborts, "coil_sock_open needs a running loop in this thread")
{
    coil_sock_open(AF_INET, SOCK_STREAM, 0);
}
