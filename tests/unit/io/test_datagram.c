/* Datagram endpoints. */
#include <coil/datagram.h>

#include <coil/file.h>

#include "base/fault.h"
#include "loop/loop.h"
#include "unit/io/sockets.h"

static struct coil_datagram *open_at(const struct coil_address *local,
                                     const struct coil_address *remote)
{
    struct coil_datagram *endpoint = NULL;

    CHECK_EQ(coil_datagram_open(local, remote, NULL, &endpoint), 0);
    return endpoint;
}

static struct coil_datagram *open_on(const char *local)
{
    struct coil_address address = address_of(local);

    return open_at(&address, NULL);
}

static struct coil_address name_of(struct coil_datagram *endpoint)
{
    struct coil_address address;

    CHECK_EQ(coil_datagram_address(endpoint, &address), 0);
    return address;
}

/* Each answers the other by the address that came with the datagram. */
static coil_async void check_talk(struct coil_datagram *a, struct coil_datagram *b)
{
    struct coil_address at_a = name_of(a), at_b = name_of(b), from;
    char data[16];

    CHECK_EQ(coil_datagram_send(a, "ping", 4, &at_b), 0);
    CHECK_EQ(coil_datagram_recv(b, data, sizeof(data), &from), 4);
    CHECK_EQ(memcmp(data, "ping", 4), 0);
    CHECK(coil_address_equal(&from, &at_a));
    CHECK_EQ(coil_datagram_send(b, "hello", 5, &from), 0);
    CHECK_EQ(coil_datagram_recv(a, data, sizeof(data), &from), 5);
    CHECK(coil_address_equal(&from, &at_b));
    coil_datagram_close(a);
    coil_datagram_close(b);
}

DRIVER_LOOP_TEST(datagrams_go_and_come_with_the_senders_address)
{
    struct coil_address one = abstract_name("one"), two = abstract_name("two");

    check_talk(open_on("127.0.0.1:0"), open_on("127.0.0.1:0"));
    check_talk(open_at(&one, NULL), open_at(&two, NULL));
    kit_need_ipv6();
    check_talk(open_on("[::1]:0"), open_on("[::1]:0"));
}

DRIVER_LOOP_TEST(with_a_remote_it_talks_to_that_one_only)
{
    struct coil_datagram *server = open_on("127.0.0.1:0"), *other = open_on("127.0.0.1:0");
    struct coil_address at = name_of(server), from, name;
    struct coil_datagram *client = open_at(NULL, &at);
    char data[16];

    name = name_of(client);
    CHECK(coil_address_port(&name) != 0);
    CHECK_EQ(coil_datagram_send(client, "ping", 4, NULL), 0);
    CHECK_EQ(coil_datagram_recv(server, data, sizeof(data), &from), 4);
    CHECK(coil_address_equal(&from, &name));
    CHECK_EQ(coil_datagram_send(other, "not this", 8, &from), 0);
    CHECK_EQ(coil_datagram_send(server, "this", 4, &from), 0);
    CHECK_EQ(coil_datagram_recv(client, data, sizeof(data), NULL), 4);
    CHECK_EQ(memcmp(data, "this", 4), 0);
    coil_datagram_close(client);
    coil_datagram_close(server);
    coil_datagram_close(other);
}

DRIVER_LOOP_TEST(a_stale_file_of_a_unix_socket_is_replaced_but_not_a_living_one)
{
    struct coil_datagram *first, *second = NULL;
    struct coil_address path;
    char text[64];
    int file;

    snprintf(text, sizeof(text), "unix:/tmp/coil-test-%d", getpid());
    path = address_of(text);
    first = open_at(&path, NULL);
    CHECK_EQ(coil_datagram_open(&path, NULL, NULL, &second), -EADDRINUSE);
    coil_datagram_close(first); /* its file stays */
    check_talk(open_at(&path, NULL), open_on("unix:@other"));
    CHECK_EQ(coil_unlink(text + 5), 0);
    file = coil_open(text + 5, O_CREAT | O_WRONLY, 0600);
    CHECK_EQ(coil_datagram_open(&path, NULL, NULL, &second), -EADDRINUSE);
    CHECK_EQ(coil_close(file), 0);
    CHECK_EQ(coil_unlink(text + 5), 0);
}

DRIVER_LOOP_TEST(an_empty_datagram_is_one_and_a_long_one_is_cut)
{
    struct coil_datagram *a = open_on("127.0.0.1:0"), *b = open_on("127.0.0.1:0");
    struct coil_address at = name_of(b);
    char data[8] = "........";

    CHECK_EQ(coil_datagram_send(a, "", 0, &at), 0);
    CHECK_EQ(coil_datagram_send(a, "0123456789", 10, &at), 0);
    CHECK_EQ(coil_datagram_send(a, "next", 4, &at), 0);
    CHECK_EQ(coil_datagram_recv(b, data, 4, NULL), 0);
    CHECK_EQ(coil_datagram_recv(b, data, 4, NULL), 4);
    CHECK_EQ(memcmp(data, "0123....", 8), 0);          /* not a byte beyond */
    CHECK_EQ(coil_datagram_recv(b, data, 8, NULL), 4); /* the rest is gone */
    CHECK_EQ(memcmp(data, "next", 4), 0);
    coil_datagram_close(a);
    coil_datagram_close(b);
}

DRIVER_LOOP_TEST(what_cannot_be_sent_says_so_and_the_endpoint_lives)
{
    static char large[70000];
    struct coil_datagram *a = open_on("127.0.0.1:0");
    struct coil_address at = name_of(a);
    char data[4];

    CHECK_EQ(coil_datagram_send(a, large, sizeof(large), &at), -EMSGSIZE);
    CHECK_EQ(coil_datagram_send(a, "x", 1, NULL), -EDESTADDRREQ);
    CHECK_EQ(coil_datagram_send(a, "y", 1, &at), 0);
    CHECK_EQ(coil_datagram_recv(a, data, sizeof(data), NULL), 1);
    CHECK_EQ(data[0], 'y');
    coil_datagram_close(a);
}

DRIVER_LOOP_TEST(refused_by_the_peer_it_is_told_once_and_the_endpoint_lives)
{
    struct coil_datagram *server = open_on("127.0.0.1:0"), *client;
    struct coil_address at = name_of(server);
    char data[4];

    client = open_at(NULL, &at);
    coil_datagram_close(server);
    CHECK_EQ(coil_datagram_send(client, "a", 1, NULL), 0);
    CHECK_EQ(coil_datagram_recv(client, data, sizeof(data), NULL), -ECONNREFUSED);
    server = open_at(&at, NULL);
    CHECK_EQ(coil_datagram_send(client, "b", 1, NULL), 0);
    CHECK_EQ(coil_datagram_recv(server, data, sizeof(data), &at), 1);
    CHECK_EQ(coil_datagram_send(server, "c", 1, &at), 0);
    CHECK_EQ(coil_datagram_recv(client, data, sizeof(data), NULL), 1);
    coil_datagram_close(client);
    coil_datagram_close(server);
}

DRIVER_LOOP_TEST(what_it_is_made_of_has_to_fit)
{
    struct coil_address ip4 = address_of("127.0.0.1:0"), ip6 = address_of("[::1]:9");
    struct coil_address none = {.length = 0}, elsewhere = address_of("203.0.113.7:0");
    struct coil_datagram *endpoint = NULL, *first;
    int lowest = lowest_free();

    CHECK_EQ(coil_datagram_open(NULL, NULL, NULL, &endpoint), -EINVAL);
    CHECK_EQ(coil_datagram_open(&ip4, &ip6, NULL, &endpoint), -EINVAL);
    CHECK_EQ(coil_datagram_open(&none, NULL, NULL, &endpoint), -EINVAL);
    CHECK_EQ(coil_datagram_open(NULL, &none, NULL, &endpoint), -EINVAL);
    CHECK_EQ(coil_datagram_open(&elsewhere, NULL, NULL, &endpoint), -EADDRNOTAVAIL);
    first = open_at(&ip4, NULL);
    ip4 = name_of(first);
    CHECK_EQ(coil_datagram_open(&ip4, NULL, NULL, &endpoint), -EADDRINUSE);
    CHECK_PTR(endpoint, NULL);
    coil_datagram_close(first);
    coil_datagram_close(NULL);
    CHECK_EQ(lowest_free(), lowest);
}

DRIVER_LOOP_TEST(options_are_set)
{
    struct coil_datagram_options options = {.reuse_port = true, .broadcast = true};
    struct coil_address local = address_of("127.0.0.1:0");
    struct coil_datagram *one = NULL, *two = NULL;
    int value = 0;

    CHECK_EQ(coil_datagram_open(&local, NULL, &options, &one), 0);
    local = name_of(one);
    CHECK_EQ(coil_datagram_open(&local, NULL, &options, &two), 0);
    CHECK_EQ(coil_sock_get(coil_datagram_fd(one), SOL_SOCKET, SO_BROADCAST, &value), 0);
    CHECK_EQ(value, 1);
    coil_datagram_close(one);
    coil_datagram_close(two);
}

/* --- waiting --- */

static int64_t received; /* a task that is cancelled has no result, but may have got one */

static coil_async struct coil_result receives(void *arg)
{
    char data[8];

    received = coil_datagram_recv(arg, data, sizeof(data), NULL);
    return coil_number(received);
}

DRIVER_LOOP_TEST(closed_those_who_wait_get_ebadf)
{
    struct coil_datagram *endpoint = open_on("127.0.0.1:0");
    struct coil_future *one = coil_create_task(receives, endpoint);
    struct coil_future *two = coil_create_task(receives, endpoint);
    int lowest;

    let_run(3);
    coil_datagram_close(endpoint);
    lowest = lowest_free(); /* the number is free at once */
    CHECK_EQ(coil_join(one).status, -EBADF);
    CHECK_EQ(coil_join(two).status, -EBADF);
    CHECK_EQ(lowest_free(), lowest);
}

DRIVER_LOOP_TEST(cancelled_no_datagram_is_lost)
{
    struct coil_datagram *a = open_on("127.0.0.1:0"), *b = open_on("127.0.0.1:0");
    struct coil_address at = name_of(b);
    char data[8];

    for (int turns = 0; turns < 30; turns++) {
        struct coil_future *task = coil_create_task(receives, b);

        received = -ECANCELED;
        let_run(turns % 6);
        CHECK_EQ(coil_datagram_send(a, "abc", 3, &at), 0);
        let_run(turns / 6);
        coil_future_cancel(task, NULL);
        coil_join(task);
        CHECK(received == 3 || received == -ECANCELED);
        if (received == -ECANCELED)
            CHECK_EQ(coil_datagram_recv(b, data, sizeof(data), NULL), 3);
    }
    coil_datagram_close(a);
    coil_datagram_close(b);
}

DRIVER_LOOP_TEST(a_timeout_ends_the_wait_and_nothing_is_written_after)
{
    struct coil_datagram *a = open_on("127.0.0.1:0"), *b = open_on("127.0.0.1:0");
    struct coil_address at = name_of(b), from = {.length = 77};
    struct coil_timeout scope;
    char data[8] = "before";

    coil_timeout_enter(&scope, COIL_MS(2));
    CHECK_EQ(coil_timeout_exit(&scope, coil_datagram_recv(b, data, sizeof(data), &from)),
             -ETIMEDOUT);
    from.length = 77;
    CHECK_EQ(coil_datagram_send(a, "after", 5, &at), 0);
    coil_sleep(COIL_MS(2));
    CHECK_STR(data, "before");
    CHECK_EQ(from.length, 77);
    CHECK_EQ(coil_datagram_recv(b, data, sizeof(data), &from), 5);
    coil_datagram_close(a);
    coil_datagram_close(b);
}

static coil_async struct coil_result answers_one(void *arg)
{
    struct coil_address from;
    char data[8];
    int64_t n = coil_datagram_recv(arg, data, sizeof(data), &from);

    return coil_error(n < 0 ? n : coil_datagram_send(arg, data, (size_t)n, &from));
}

DRIVER_LOOP_TEST(who_had_to_wait_hears_the_senders_address_too)
{
    struct coil_datagram *a = open_on("127.0.0.1:0"), *b = open_on("127.0.0.1:0");
    struct coil_future *task = coil_create_task(answers_one, b);
    struct coil_address at = name_of(b);
    char data[8];

    let_run(3);
    CHECK_EQ(coil_datagram_send(a, "abc", 3, &at), 0);
    CHECK_EQ(coil_join(task).status, 0);
    CHECK_EQ(coil_datagram_recv(a, data, sizeof(data), NULL), 3);
    coil_datagram_close(a);
    coil_datagram_close(b);
}

/* --- a full receiver: of Unix sockets, whose senders wait --- */

struct sender {
    struct coil_datagram *endpoint;
    const struct coil_address *to;
    size_t size;
    int sent;
};

static coil_async struct coil_result sends(void *arg)
{
    static char large[20000];
    struct sender *sender = arg;
    int err;

    while ((err = coil_datagram_send(sender->endpoint, large, sender->size, sender->to)) == 0)
        sender->sent++;
    return coil_number(err);
}

static coil_async void check_waits(struct sender sender, struct coil_datagram *receiver)
{
    static char data[20000];
    struct coil_future *task = coil_create_task(sends, &sender);
    int before, taken = 0;

    for (before = -1; before != sender.sent; coil_sleep(COIL_MS(1)))
        before = sender.sent;
    CHECK(!coil_future_done(task));
    CHECK(before > 0);
    for (; taken < before && sender.sent == before; taken++) { /* Linux wants it nearly empty */
        CHECK_EQ(coil_datagram_recv(receiver, data, sizeof(data), NULL), sender.size);
        coil_sleep(COIL_MS(1));
    }
    CHECK(sender.sent > before);
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    for (; taken < sender.sent; taken++) /* each that was sent, and no more */
        CHECK_EQ(coil_datagram_recv(receiver, data, sizeof(data), NULL), sender.size);
    task = coil_create_task(receives, receiver);
    let_run(5);
    CHECK(!coil_future_done(task));
    coil_datagram_close(receiver);
    CHECK_EQ(coil_join(task).status, -EBADF);
    coil_datagram_close(sender.endpoint);
}

DRIVER_LOOP_TEST(sending_waits_for_a_full_receiver)
{
    struct coil_address name = abstract_name("full");
    struct coil_datagram *receiver = open_at(&name, NULL);

    check_waits((struct sender){.endpoint = open_at(NULL, &name), .size = 20000}, receiver);
}

DRIVER_LOOP_TEST(sending_to_one_of_many_waits_for_that_one)
{
    struct coil_address name = abstract_name("many"), own = abstract_name("sender");
    struct coil_datagram *receiver = open_at(&name, NULL);

    check_waits((struct sender){.endpoint = open_at(&own, NULL), .to = &name, .size = 1}, receiver);
}

DRIVER_LOOP_TEST(sending_waits_for_a_receiver_that_others_have_filled)
{
    struct coil_address name = abstract_name("busy"), own = abstract_name("late");
    struct coil_datagram *receiver = open_at(&name, NULL);
    struct sender first = {.endpoint = open_at(NULL, &name), .size = 1};
    struct sender late = {.endpoint = open_at(&own, NULL), .to = &name, .size = 1};
    struct coil_future *task = coil_create_task(sends, &first);
    char data[4];

    coil_sleep(COIL_MS(2));
    coil_future_cancel(task, NULL);
    coil_join(task);
    CHECK(first.sent > 0);
    task = coil_create_task(sends, &late);
    coil_sleep(COIL_MS(2));
    CHECK_EQ(late.sent, 0);
    while (late.sent == 0) {
        CHECK_EQ(coil_datagram_recv(receiver, data, sizeof(data), NULL), 1);
        coil_sleep(COIL_MS(1));
    }
    coil_future_cancel(task, NULL);
    coil_join(task);
    coil_datagram_close(receiver);
    coil_datagram_close(first.endpoint);
    coil_datagram_close(late.endpoint);
}

DRIVER_LOOP_TEST(whatever_fails_nothing_stays_open)
{
    static const enum fault_kind kinds[] = {FAULT_ALLOC, FAULT_SYS};
    struct coil_datagram_options options = {.reuse_port = true, .broadcast = true};
    struct coil_address local = address_of("127.0.0.1:0");
    int lowest = lowest_free();

    for (uint64_t i = 0; i < 20; i++) {
        struct coil_datagram *endpoint = NULL;
        int err;

        coil__fault_arm(kinds[i % 2], 1 + i / 2, false);
        err = coil_datagram_open(&local, NULL, &options, &endpoint);
        coil__fault_arm(kinds[i % 2], 0, false);
        CHECK((endpoint != NULL) == (err == 0));
        coil_datagram_close(endpoint);
    }
    CHECK_EQ(lowest_free(), lowest);
}

static coil_async struct coil_result opens_many(void *arg)
{
    struct coil_datagram *server = open_on("127.0.0.1:0");
    struct coil_address at = name_of(server);

    (void)arg;
    for (int i = 0; i < 50; i++)
        coil_datagram_close(open_at(NULL, &at));
    coil_datagram_close(server);
    return coil_value(NULL);
}

TEST(in_a_world_that_likes_to_wait_opening_does_not)
{
    struct coil_loop_options options = {.driver = "sim", .sim_seed = 7};

    CHECK_EQ(coil_run_with(opens_many, NULL, &options).status, 0);
}

static struct coil_datagram *survivor;

static coil_async struct coil_result opens_one(void *arg)
{
    struct coil_address local;

    CHECK_EQ(coil_address_parse("127.0.0.1:0", 0, &local), 0);
    CHECK_EQ(coil_datagram_open(&local, NULL, NULL, &survivor), 0);
    return coil_value(arg);
}

DRIVER_TEST(one_that_outlives_its_loop_is_closed_and_can_be_given_up)
{
    CHECK_EQ(coil_run(opens_one, NULL).status, 0);
    CHECK_EQ(coil_datagram_fd(survivor), -1);
    coil_datagram_close(survivor);
}
