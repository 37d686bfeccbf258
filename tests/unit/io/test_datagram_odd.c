/* Datagrams in corners: no address, both families, others than the peer, errors that queue up. */
#include <coil/datagram.h>

#include <linux/errqueue.h>

#include "unit/io/sockets.h"

static struct coil_datagram *open_at(const char *text, struct coil_address *at)
{
    struct coil_address local = address_of(text);
    struct coil_datagram *endpoint = NULL;

    CHECK_EQ(coil_datagram_open(&local, NULL, NULL, &endpoint), 0);
    CHECK_EQ(coil_datagram_address(endpoint, at), 0);
    return endpoint;
}

static struct coil_datagram *open_to(const struct coil_address *remote)
{
    struct coil_datagram *endpoint = NULL;

    CHECK_EQ(coil_datagram_open(NULL, remote, NULL, &endpoint), 0);
    return endpoint;
}

/* One each way. */
static coil_async void check_talk(struct coil_datagram *near, struct coil_datagram *far)
{
    struct coil_address from;
    char data[8];

    CHECK_EQ(coil_datagram_send(near, "x", 1, NULL), 0);
    CHECK_EQ(coil_datagram_recv(far, data, sizeof(data), &from), 1);
    CHECK_EQ(coil_datagram_send(far, "yy", 2, &from), 0);
    CHECK_EQ(coil_datagram_recv(near, data, sizeof(data), NULL), 2);
}

DRIVER_LOOP_TEST(what_is_sent_to_no_address_comes_to_this_machine)
{
    static const char *const nowhere[] = {"0.0.0.0:0", "[::]:0"};

    for (size_t i = 0; i < 2; i++) {
        struct coil_address at;
        struct coil_datagram *far, *near;

        if (i == 1)
            kit_need_ipv6();
        far = open_at(nowhere[i], &at);
        near = open_to(&at);
        check_talk(near, far);
        coil_datagram_close(near);
        coil_datagram_close(far);
    }
}

DRIVER_LOOP_TEST(an_endpoint_of_ipv6_hears_ipv4_too)
{
    struct coil_address at, to = address_of("127.0.0.1:0");
    struct coil_datagram *far, *near;
    struct coil_address from;
    char data[8], text[COIL_ADDRESS_TEXT];

    kit_need_ipv6();
    far = open_at("[::]:0", &at);
    coil_address_set_port(&to, coil_address_port(&at));
    near = open_to(&to);
    check_talk(near, far);
    CHECK_EQ(coil_datagram_send(near, "x", 1, NULL), 0);
    CHECK_EQ(coil_datagram_recv(far, data, sizeof(data), &from), 1);
    coil_address_format(&from, text, sizeof(text));
    CHECK_HAS(text, "[::ffff:127.0.0.1]:");
    coil_datagram_close(near);
    coil_datagram_close(far);
}

DRIVER_LOOP_TEST(one_with_a_remote_may_send_to_others_and_does_not_hear_them)
{
    struct coil_address peer, other, from;
    struct coil_datagram *far = open_at("127.0.0.1:0", &peer);
    struct coil_datagram *stranger = open_at("127.0.0.1:0", &other);
    struct coil_datagram *near = open_to(&peer);
    char data[8];

    CHECK_EQ(coil_datagram_send(near, "x", 1, &other), 0);
    CHECK_EQ(coil_datagram_recv(stranger, data, sizeof(data), &from), 1);
    CHECK_EQ(coil_datagram_send(stranger, "y", 1, &from), 0);
    CHECK_EQ(coil_datagram_send(far, "zz", 2, &from), 0);
    CHECK_EQ(coil_datagram_recv(near, data, sizeof(data), &from), 2);
    CHECK(coil_address_equal(&from, &peer));
    coil_datagram_close(near);
    coil_datagram_close(stranger);
    coil_datagram_close(far);
}

DRIVER_LOOP_TEST(one_that_was_refused_again_and_again_can_be_closed)
{
    struct coil_address nobody = free_address();
    struct coil_datagram *near = open_to(&nobody);
    char data[8];

    for (int i = 0; i < 9; i++) /* each second one is told of the one before */
        CHECK_EQ(coil_datagram_send(near, "x", 1, NULL), i % 2 ? -ECONNREFUSED : 0);
    CHECK_EQ(coil_datagram_recv(near, data, sizeof(data), NULL), -ECONNREFUSED);
    coil_datagram_close(near);
}

static coil_async int64_t recv_shortly(int fd, char *data, size_t size)
{
    struct coil_timeout limit;

    coil_timeout_enter(&limit, COIL_MS(20));
    return coil_timeout_exit(&limit, coil_sock_recv(fd, data, size));
}

/* The kernel calls the socket ready for ever then, as there is an error to be read elsewhere. */
DRIVER_LOOP_TEST(an_error_queue_that_nobody_reads_does_not_keep_the_loop_busy)
{
    struct coil_address nobody = free_address(), here = address_of("127.0.0.1:0");
    struct coil_loop_stats before, after;
    const int on = 1;
    int fd, other;
    char data[8];

    if (in_simulator())
        SKIP("no error queues in the simulator");
    fd = coil_sock_open(AF_INET, SOCK_DGRAM, 0);
    other = coil_sock_open(AF_INET, SOCK_DGRAM, 0);
    CHECK_EQ(coil_sock_bind(fd, &here), 0);
    CHECK_EQ(coil_sock_name(fd, &here), 0);
    CHECK_EQ(setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)), 0);
    CHECK_EQ(coil_sock_sendto(fd, "x", 1, &nobody), 1);
    CHECK_EQ(coil_sock_recv(fd, data, sizeof(data)), -ECONNREFUSED);
    coil_loop_stats(coil_loop_current(), &before);
    CHECK_EQ(recv_shortly(fd, data, sizeof(data)), -ETIMEDOUT);
    coil_loop_stats(coil_loop_current(), &after);
    CHECK(after.sleeps - before.sleeps <= 4);
    CHECK_EQ(coil_sock_sendto(other, "yy", 2, &here), 2); /* and a datagram is heard */
    CHECK_EQ(coil_sock_recv(fd, data, sizeof(data)), 2);
    coil_close(fd);
    coil_close(other);
}
