/* Sockets: connections made and refused, datagrams, messages; on all three drivers. */
#include "world.h"

DRIVER_TEST(an_accept_waits_for_a_connection_and_tells_the_peer)
{
    struct sockaddr_in address;
    struct sockaddr_in peer = {.sin_family = 0};
    struct sockaddr_in own;
    uint32_t peer_length = sizeof(peer);
    uint32_t own_length = sizeof(own);
    struct world world;
    struct probe probe;
    struct op *op;
    int listener;
    int fd;

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    op = probe_op(&probe, &world, OP_ACCEPT, listener);
    op->accept.address = (struct sockaddr *)&peer;
    op->accept.length = &peer_length;
    probe_go(&probe);
    settle(&world);
    CHECK_EQ(probe.done, 0);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(do_connect(&world, fd, &address, sizeof(address)), 0);
    CHECK(world_finish(&world, &probe) >= 0);
    CHECK_EQ(ASK(&world, name, fd, false, (struct sockaddr *)&own, &own_length), 0);
    CHECK_EQ(peer_length, sizeof(peer));
    CHECK_EQ(peer.sin_port, own.sin_port);
    CHECK_EQ(peer.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    world_shut(&world, (int)probe.op.result);
    world_shut(&world, fd);
    world_shut(&world, listener);
    world_close(&world);
}

DRIVER_TEST(many_connections_wait_in_the_queue_and_are_accepted_in_turn)
{
    enum { N = 30 };
    struct sockaddr_in address;
    struct world world;
    struct probe accepts[N];
    int clients[N];
    int listener;

    world_open(&world, 0);
    listener = world_listen(&world, &address, 64);
    for (int i = 0; i < N / 2; i++) {
        probe_op(&accepts[i], &world, OP_ACCEPT, listener);
        probe_go(&accepts[i]);
    }
    for (int i = 0; i < N; i++) {
        clients[i] = make_socket(&world, AF_INET, SOCK_STREAM);
        CHECK_EQ(do_connect(&world, clients[i], &address, sizeof(address)), 0);
    }
    for (int i = N / 2; i < N; i++) {
        probe_op(&accepts[i], &world, OP_ACCEPT, listener);
        probe_go(&accepts[i]);
    }
    for (int i = 0; i < N; i++) {
        CHECK(world_finish(&world, &accepts[i]) >= 0);
        world_shut(&world, (int)accepts[i].op.result);
        world_shut(&world, clients[i]);
    }
    world_shut(&world, listener);
    world_close(&world);
}

DRIVER_TEST(a_connect_to_nobody_is_refused)
{
    struct sockaddr_in address;
    struct sockaddr_un nobody = {.sun_family = AF_UNIX, .sun_path = "\0nobody is here"};
    struct world world;
    int fd;

    world_open(&world, 0);
    world_shut(&world, world_listen(&world, &address, 8));
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(do_connect(&world, fd, &address, sizeof(address)), -ECONNREFUSED);
    world_shut(&world, fd);
    fd = make_socket(&world, AF_UNIX, SOCK_STREAM);
    CHECK_EQ(do_connect(&world, fd, &nobody, sizeof(nobody)), -ECONNREFUSED);
    world_shut(&world, fd);
    world_close(&world);
}

DRIVER_TEST(a_connected_socket_is_not_connected_again)
{
    struct sockaddr_in address;
    struct world world;
    int listener;
    int fd;

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    fd = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(do_connect(&world, fd, &address, sizeof(address)), 0);
    CHECK_EQ(do_connect(&world, fd, &address, sizeof(address)), -EISCONN);
    CHECK_EQ(do_accept(&world, fd), -EINVAL);
    world_shut(&world, fd);
    world_shut(&world, listener);
    world_close(&world);
}

/* Bytes sent at once wait behind the connect; what comes back is read by who waits already. */
DRIVER_TEST(reads_and_writes_wait_behind_the_connect)
{
    struct sockaddr_in address;
    struct world world;
    struct probe connect;
    struct probe send;
    char data[8];
    int listener;
    int ends[2];

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    ends[1] = make_socket(&world, AF_INET, SOCK_STREAM);
    probe_op(&connect, &world, OP_CONNECT, ends[1]);
    connect.op.connect.address = (struct sockaddr *)&address;
    connect.op.connect.length = sizeof(address);
    probe_go(&connect);
    probe_data(&send, &world, OP_SEND, ends[1], "early", 5);
    CHECK_EQ(world_finish(&world, &connect), 0);
    CHECK_EQ(world_finish(&world, &send), 5);
    ends[0] = (int)do_accept(&world, listener);
    CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, sizeof(data)), 5);
    world_shut_both(&world, ends);
    world_shut(&world, listener);
    world_close(&world);
}

/* The listener's queue is full: a local connect waits for room, which no poll tells. */
DRIVER_TEST(a_local_connect_waits_for_room_in_the_listeners_queue)
{
    enum { CLIENTS = 4 };
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct world world;
    struct driver *driver;
    struct probe connects[CLIENTS];
    int fds[CLIENTS];
    int listener;

    world_open(&world, 0);
    driver = world.driver;
    snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "coil-queue-%d", (int)getpid());
    listener = make_socket(&world, AF_UNIX, SOCK_STREAM);
    CHECK_EQ(driver->ops->world->bind(driver, listener, (void *)&address, sizeof(address)), 0);
    CHECK_EQ(driver->ops->world->listen(driver, listener, 0), 0);
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = make_socket(&world, AF_UNIX, SOCK_STREAM);
        probe_op(&connects[i], &world, OP_CONNECT, fds[i]);
        connects[i].op.connect.address = (void *)&address;
        connects[i].op.connect.length = sizeof(address);
        probe_go(&connects[i]);
    }
    settle(&world);
    CHECK_EQ(connects[CLIENTS - 1].done, 0);
    for (int i = 0; i < CLIENTS; i++)
        world_shut(&world, (int)do_accept(&world, listener));
    for (int i = 0; i < CLIENTS; i++) {
        CHECK_EQ(world_finish(&world, &connects[i]), 0);
        world_shut(&world, fds[i]);
    }
    world_shut(&world, listener);
    world_close(&world);
}

DRIVER_TEST(a_connection_that_is_reset_says_so_to_who_waits)
{
    struct linger hard = {.l_onoff = 1};
    struct world world;
    struct probe probe;
    char data[8];
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_TCP, ends);
    probe_data(&probe, &world, OP_RECV, ends[0], data, sizeof(data));
    settle(&world);
    CHECK_EQ(ASK(&world, set_option, ends[1], SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)), 0);
    world_shut(&world, ends[1]);
    CHECK_EQ(world_finish(&world, &probe), -ECONNRESET);
    CHECK_EQ(do_data(&world, OP_SEND, ends[0], "x", 1), -EPIPE);
    world_shut(&world, ends[0]);
    world_close(&world);
}

static int bound_datagrams(struct world *world, struct sockaddr_in *address)
{
    uint32_t length = sizeof(*address);
    struct driver *driver = world->driver;
    int fd = make_socket(world, AF_INET, SOCK_DGRAM);

    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK_EQ(driver->ops->world->bind(driver, fd, (struct sockaddr *)address, length), 0);
    CHECK_EQ(driver->ops->world->name(driver, fd, false, (struct sockaddr *)address, &length), 0);
    return fd;
}

static void message_op(struct op *op, struct msghdr *header, struct iovec *part, void *address)
{
    *header = (struct msghdr){.msg_name = address,
                              .msg_namelen = sizeof(struct sockaddr_in),
                              .msg_iov = part,
                              .msg_iovlen = 1};
    op->message.header = header;
}

DRIVER_TEST(datagrams_come_one_by_one_whole_or_cut_with_their_sender)
{
    static const char *const texts[] = {"first", "second and long", ""};
    struct sockaddr_in to;
    struct sockaddr_in own;
    struct sockaddr_in from;
    struct world world;
    struct probe probe;
    struct msghdr header;
    char data[8];
    int ends[2];

    world_open(&world, 0);
    ends[0] = bound_datagrams(&world, &to);
    ends[1] = bound_datagrams(&world, &own);
    for (int i = 0; i < 3; i++) {
        struct iovec part = {(void *)(uintptr_t)texts[i], strlen(texts[i])};

        message_op(probe_op(&probe, &world, OP_SENDMSG, ends[1]), &header, &part, &to);
        CHECK_EQ(probe_run(&probe), (int64_t)part.iov_len);
    }
    for (int i = 0; i < 3; i++) {
        struct iovec part = {data, sizeof(data)};
        size_t size = strlen(texts[i]);

        message_op(probe_op(&probe, &world, OP_RECVMSG, ends[0]), &header, &part, &from);
        CHECK_EQ(probe_run(&probe), size < 8 ? (int64_t)size : 8);
        CHECK_EQ((header.msg_flags & MSG_TRUNC) != 0, size > 8);
        CHECK_EQ(memcmp(data, texts[i], size < 8 ? size : 8), 0);
        CHECK_EQ(from.sin_port, own.sin_port);
    }
    world_shut_both(&world, ends);
    world_close(&world);
}

DRIVER_TEST(receives_of_datagrams_wait_and_are_served)
{
    enum { N = 5 };
    struct sockaddr_in address;
    struct world world;
    struct probe probes[N];
    char data[N][8];
    int ends[2];

    world_open(&world, 0);
    ends[0] = bound_datagrams(&world, &address);
    ends[1] = make_socket(&world, AF_INET, SOCK_DGRAM);
    CHECK_EQ(do_connect(&world, ends[1], &address, sizeof(address)), 0);
    for (int i = 0; i < N; i++)
        probe_data(&probes[i], &world, OP_RECV, ends[0], data[i], 8);
    settle(&world);
    for (int i = 0; i < N; i++)
        CHECK_EQ(do_data(&world, OP_SEND, ends[1], "abcdefgh", (size_t)i + 1), i + 1);
    for (int i = 0, sum = 0; i < N; i++) {
        sum += (int)world_finish(&world, &probes[i]);
        if (i == N - 1)
            CHECK_EQ(sum, 15);
    }
    world_shut_both(&world, ends);
    world_close(&world);
}

DRIVER_TEST(what_is_no_socket_is_told_so)
{
    struct world world;
    char data[1] = "";
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_PIPE, ends);
    CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, 1), -ENOTSOCK);
    CHECK_EQ(do_data(&world, OP_SEND, ends[1], data, 1), -ENOTSOCK);
    CHECK_EQ(do_accept(&world, ends[0]), -ENOTSOCK);
    CHECK_EQ(do_data(&world, OP_READ, ends[1], data, 1), -EBADF);
    CHECK_EQ(do_data(&world, OP_WRITE, ends[0], data, 1), -EBADF);
    CHECK_EQ(do_data(&world, OP_READ, -1, data, 1), -EBADF);
    CHECK_EQ(do_data(&world, OP_READ, 999, data, 1), -EBADF);
    CHECK_EQ(do_data(&world, OP_RECV, 999, data, 1), -EBADF);
    CHECK_EQ(do_accept(&world, 999), -EBADF);
    world_shut_both(&world, ends);
    world_close(&world);
}

/* Out of descriptors: told, not retried for ever; the connection is there afterwards. */
DRIVER_TEST(an_accept_without_a_descriptor_left_says_so_and_the_connection_waits)
{
    struct sockaddr_in address;
    struct world world;
    int listener;
    int client;
    int fd;

    world_open(&world, 0);
    listener = world_listen(&world, &address, 8);
    client = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(do_connect(&world, client, &address, sizeof(address)), 0);
    settle(&world);
    kit_limit_descriptors(3); /* more are open */
    CHECK_EQ(ASK(&world, socket, AF_INET, SOCK_STREAM, 0), -EMFILE);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(do_accept(&world, listener), -EMFILE);
    kit_unlimit_descriptors();
    fd = (int)do_accept(&world, listener);
    CHECK(fd >= 0);
    world_shut(&world, fd);
    world_shut(&world, client);
    world_shut(&world, listener);
    world_close(&world);
}

/* How much of this goes at once to one of two sockets; the other one is sent a word. */
static int64_t send_both(struct world *world, const int fds[2], const char *data, size_t size)
{
    struct drive_send sends[2] = {
        {.data = data, .size = (uint32_t)size, .fd = fds[0], .owner = world},
        {.data = "word", .size = 4, .fd = fds[1], .owner = world},
    };

    world->driver->ops->send(world->driver, sends, 2);
    CHECK_EQ(sends[1].result, 4);
    CHECK_PTR(sends[0].owner, world);
    CHECK_EQ(world->driver->out, 0);
    return sends[0].result;
}

DRIVER_TEST(of_many_that_are_sent_at_once_each_is_told_how_much_of_it_went)
{
    static char data[100000], got[8 << 20];
    struct world world;
    int ends[2], other[2], nowhere[2] = {-1};
    size_t sent = 0, words = 0;
    int64_t n;

    world_open(&world, 0);
    for (enum stream kind = STREAM_UNIX; kind < STREAMS; kind++, sent = words = 0) {
        world_stream(&world, kind, ends);
        world_stream(&world, kind, other);
        nowhere[1] = other[1];
        for (; (n = send_both(&world, (int[]){ends[1], other[1]}, data, sizeof(data))) > 0; words++)
            sent += (size_t)n;
        CHECK_EQ(n, -EAGAIN);
        CHECK_EQ(send_both(&world, nowhere, data, 1), -EBADF);
        CHECK_EQ(read_all(&world, ends[0], got, sent), sent);
        CHECK_EQ(read_all(&world, other[0], got, 4 * (words + 2)), 4 * (words + 2));
        CHECK_EQ(memcmp(got + 4 * words, "wordword", 8), 0);
        world_shut(&world, ends[0]);
        for (int i = 0; i < 3 && n != -EPIPE; i++) { /* TCP must hear of it from the other side */
            n = send_both(&world, (int[]){ends[1], other[1]}, data, 1);
            settle(&world);
        }
        CHECK_EQ(n, -EPIPE);
        world.driver->ops->send(world.driver, NULL, 0);
        world_shut(&world, ends[1]);
        world_shut_both(&world, other);
    }
    world_close(&world);
}
