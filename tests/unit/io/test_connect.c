/* Connections to hosts and paths, as streams. */
#include <netinet/tcp.h>

#include <coil/names.h>
#include <coil/stream.h>

#include "base/fault.h"
#include "io/address.h"
#include "unit/io/sockets.h"

/* Writes at one end, reads at the other. */
static coil_async void check_talks(struct coil_stream *stream, int far)
{
    char data[8];

    CHECK_EQ(coil_stream_sendall(stream, "ping", 4), 0);
    CHECK_EQ(coil_sock_recv(far, data, sizeof(data)), 4);
    CHECK_EQ(coil_sock_sendall(far, "pong", 4), 0);
    CHECK_EQ(coil_stream_readexactly(stream, data, 4), 4);
    CHECK_EQ(memcmp(data, "pong", 4), 0);
}

static coil_async void check_connects(const char *host, const char *at)
{
    struct coil_stream *stream = NULL;
    struct coil_address address, peer;
    int listener = listen_on(at, 5, &address), far, value = 0;

    CHECK_EQ(coil_open_connection(host, coil_address_port(&address), &stream), 0);
    CHECK_EQ(coil_stream_peer(stream, &peer), 0);
    CHECK(coil_address_equal(&peer, &address));
    CHECK_EQ(coil_sock_get(coil_stream_fd(stream), IPPROTO_TCP, TCP_NODELAY, &value), 0);
    CHECK_EQ(value, 1);
    far = coil_sock_accept(listener, NULL);
    check_talks(stream, far);
    coil_stream_unref(stream);
    coil_close_soon(far);
    coil_close_soon(listener);
}

DRIVER_LOOP_TEST(a_host_is_connected_by_name_or_address)
{
    check_connects("127.0.0.1", "127.0.0.1:0");
    check_connects("localhost", "127.0.0.1:0");
    kit_need_ipv6();
    check_connects("::1", "[::1]:0");
}

DRIVER_LOOP_TEST(a_path_is_connected)
{
    struct coil_address name = abstract_name("connect"), at;
    int listener = listen_at(&name, 5, &at), far;
    struct coil_stream *stream = NULL;
    char path[108] = "@";

    memcpy(path + 1, name.as.unix_path.sun_path + 1,
           name.length - offsetof(struct sockaddr_un, sun_path) - 1);
    CHECK_EQ(coil_open_unix_connection(path, &stream), 0);
    far = coil_sock_accept(listener, NULL);
    check_talks(stream, far);
    coil_stream_unref(stream);
    coil_close_soon(far);
    coil_close_soon(listener);
}

/* The exception that tells of it. */
static const char *raised(void)
{
    return coil_exception_text(coil_current_exception());
}

DRIVER_LOOP_TEST(a_path_where_nobody_is_says_so)
{
    struct coil_stream *stream = NULL;
    char text[200];

    CHECK_EQ(coil_open_unix_connection("/nowhere/at/all", &stream), -ENOENT);
    CHECK_HAS(raised(), "cannot connect to unix:/nowhere/at/all: ENOENT");
    CHECK_EQ(coil_open_unix_connection("@coil-nobody-has-this-name", &stream), -ECONNREFUSED);
    CHECK_EQ(coil_open_unix_connection("", &stream), -EINVAL);
    memset(text, 'x', sizeof(text));
    text[199] = '\0';
    CHECK_EQ(coil_open_unix_connection(text, &stream), -ENAMETOOLONG);
    CHECK_PTR(stream, NULL);
}

DRIVER_LOOP_TEST(an_unknown_host_is_told_by_the_lookups_code)
{
    struct coil_stream *stream = NULL;

    CHECK_EQ(coil_open_connection("a..b", 80, &stream), -COIL_EGAI(EAI_NONAME));
    CHECK_HAS(raised(), "cannot look up a..b: EAI_NONAME");
    CHECK_PTR(stream, NULL);
}

DRIVER_LOOP_TEST(a_refused_connection_says_where)
{
    struct coil_address nobody = free_address();
    struct coil_stream *stream = NULL;
    char text[COIL_ADDRESS_TEXT + 32];

    CHECK_EQ(coil_open_connection("127.0.0.1", coil_address_port(&nobody), &stream), -ECONNREFUSED);
    snprintf(text, sizeof(text), "127.0.0.1:%u: ECONNREFUSED", coil_address_port(&nobody));
    CHECK_HAS(raised(), "cannot connect to 127.0.0.1 port ");
    CHECK_HAS(raised(), text);
    CHECK_EQ(coil_exception_code(coil_current_exception()), -ECONNREFUSED);
    CHECK_EQ(coil_exception_count(coil_current_exception()), 1);
    CHECK_PTR(stream, NULL);
}

/* No host at all is this machine, which has two addresses. */
DRIVER_LOOP_TEST(each_address_and_its_error_is_in_the_exception)
{
    struct coil_address nobody = free_address();
    const struct coil_exception *exception;
    struct coil_stream *stream = NULL;

    kit_need_ipv6();
    CHECK_EQ(coil_open_connection(NULL, coil_address_port(&nobody), &stream), -ECONNREFUSED);
    exception = coil_current_exception();
    CHECK_HAS(raised(), "this machine");
    CHECK_HAS(raised(), "127.0.0.1:");
    CHECK_HAS(raised(), "; ");
    CHECK_HAS(raised(), "[::1]:");
    CHECK_EQ(coil_exception_count(exception), 2);
    for (size_t i = 0; i < 2; i++) {
        CHECK_EQ(coil_exception_code(coil_exception_at(exception, i)), -ECONNREFUSED);
        CHECK_HAS(coil_exception_text(coil_exception_at(exception, i)), ": ECONNREFUSED");
    }
}

DRIVER_LOOP_TEST(one_family_may_be_asked_for)
{
    struct coil_connection_options options = {.family = AF_INET6};
    struct coil_stream *stream = NULL;
    struct coil_address at;
    int listener = listen_on("127.0.0.1:0", 5, &at);
    uint16_t port = coil_address_port(&at);

    CHECK_EQ(coil_open_connection_with("127.0.0.1", port, &options, &stream),
             -COIL_EGAI(EAI_ADDRFAMILY));
    options.family = AF_INET;
    CHECK_EQ(coil_open_connection_with(NULL, port, &options, &stream), 0);
    coil_stream_unref(stream);
    kit_need_ipv6();
    options.family = AF_INET6;
    CHECK_EQ(coil_open_connection_with(NULL, port, &options, &stream), -ECONNREFUSED);
    coil_close_soon(listener);
}

DRIVER_LOOP_TEST(the_near_end_may_be_chosen)
{
    struct coil_address local = address_of("127.0.0.2:0"), at, name;
    struct coil_connection_options options = {.local = &local};
    struct coil_stream *stream = NULL;
    int listener = listen_on("127.0.0.1:0", 5, &at);
    uint16_t port = coil_address_port(&at);

    CHECK_EQ(coil_open_connection_with(NULL, port, &options, &stream), 0);
    CHECK_EQ(coil_sock_name(coil_stream_fd(stream), &name), 0);
    CHECK_EQ(name.as.ip4.sin_addr.s_addr, local.as.ip4.sin_addr.s_addr);
    coil_stream_unref(stream);
    options.family = AF_INET6;
    CHECK_EQ(coil_open_connection_with(NULL, port, &options, &stream), -EINVAL);
    coil_close_soon(listener);
}

DRIVER_LOOP_TEST(a_near_end_in_use_is_told)
{
    struct coil_address at;
    struct coil_connection_options options = {.local = &at};
    struct coil_stream *stream = NULL;
    int listener = listen_on("127.0.0.1:0", 5, &at);

    CHECK_EQ(coil_open_connection_with("127.0.0.1", coil_address_port(&at), &options, &stream),
             -EADDRINUSE);
    CHECK_PTR(stream, NULL);
    coil_close_soon(listener);
}

static coil_async struct coil_result connects(void *arg)
{
    struct coil_address *at = arg;
    struct coil_stream *stream = NULL;
    int err = coil_open_connection("localhost", coil_address_port(at), &stream);

    CHECK((stream != NULL) == (err == 0));
    coil_stream_unref(stream);
    return coil_number(err);
}

DRIVER_LOOP_TEST(cancelled_at_any_turn_nothing_stays_open)
{
    struct coil_address at;
    int listener = listen_on("127.0.0.1:0", 100, &at), lowest = lowest_free();

    for (int turns = 0; turns < 40; turns++) {
        struct coil_future *task = coil_create_task(connects, &at);
        int64_t status;

        let_run(turns);
        coil_future_cancel(task, NULL);
        status = coil_join(task).status;
        CHECK(status == -ECANCELED || status == 0);
    }
    for (int i = 0; i < 5000 && lowest_free() != lowest; i++)
        coil_sleep(COIL_MS(1)); /* lookups that were left behind read files */
    CHECK_EQ(lowest_free(), lowest);
    coil_close_soon(listener);
}

DRIVER_LOOP_TEST(whatever_fails_nothing_stays_open)
{
    static const enum fault_kind kinds[] = {FAULT_ALLOC, FAULT_SYS};
    struct coil_address at;
    int listener = listen_on("127.0.0.1:0", 100, &at), lowest = lowest_free();

    for (uint64_t i = 0; i < 60; i++) {
        struct coil_stream *stream = NULL;
        int err;

        coil__fault_arm(kinds[i % 2], 1 + i / 2, false);
        err = coil_open_connection("127.0.0.1", coil_address_port(&at), &stream);
        coil__fault_arm(kinds[i % 2], 0, false);
        CHECK((stream != NULL) == (err == 0));
        coil_stream_unref(stream);
    }
    coil_sleep(COIL_MS(5));
    CHECK_EQ(lowest_free(), lowest);
    coil_close_soon(listener);
}
