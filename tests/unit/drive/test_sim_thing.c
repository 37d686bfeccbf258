/* Numbers, and who waits for them. */
#include <sys/resource.h>

#include "drive/sim.h"
#include "sim_world.h"

DRIVER_TEST(the_lowest_free_number_is_used_again_at_once)
{
    struct world world;
    int fds[5];

    world_open(&world, 0);
    for (int i = 0; i < 5; i++)
        fds[i] = make_socket(&world, AF_INET, SOCK_STREAM);
    world_shut(&world, fds[3]);
    world_shut(&world, fds[1]);
    CHECK_EQ(make_socket(&world, AF_INET, SOCK_DGRAM), fds[1]);
    CHECK_EQ(make_socket(&world, AF_UNIX, SOCK_DGRAM), fds[3]);
    for (int i = 0; i < 5; i++)
        world_shut(&world, fds[i]);
    CHECK_EQ(ASK(&world, close, fds[0]), -EBADF);
    world_close(&world);
}

DRIVER_TEST(there_are_as_many_descriptors_as_the_process_may_have)
{
    struct rlimit limit, before;
    struct world world;
    int fds[64];
    int count = 0;

    world_open(&world, 0);
    getrlimit(RLIMIT_NOFILE, &before);
    limit = before;
    limit.rlim_cur = 40;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    while (count < 64) {
        int fd = ASK(&world, socket, AF_INET, SOCK_STREAM, 0);

        if (fd < 0) {
            CHECK_EQ(fd, -EMFILE);
            break;
        }
        fds[count++] = fd;
    }
    CHECK(count > 10 && count < 40);
    CHECK_EQ(do_open(&world, "/etc/passwd", O_RDONLY), -EMFILE);
    world_shut(&world, fds[--count]);
    fds[count++] = make_socket(&world, AF_INET, SOCK_STREAM);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
    fds[count++] = make_socket(&world, AF_INET, SOCK_STREAM);
    while (count)
        world_shut(&world, fds[--count]);
    world_close(&world);
}

DRIVER_TEST(closing_ends_what_is_out_and_the_number_begins_a_new_life)
{
    struct world world;
    struct probe reads[3];
    char data[3];
    int ends[2], again[2];

    world_open(&world, 0);
    CHECK_EQ(ASK(&world, pipe, ends), 0);
    for (int i = 0; i < 3; i++)
        probe_data(&reads[i], &world, OP_READ, ends[0], &data[i], 1);
    settle(&world);
    world_shut(&world, ends[0]);
    CHECK_EQ(ASK(&world, pipe, again), 0);
    CHECK_EQ(again[0], ends[0]);
    CHECK_EQ(do_data(&world, OP_WRITE, again[1], "x", 1), 1);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(world_finish(&world, &reads[i]), -EBADF);
    CHECK_EQ(do_data(&world, OP_READ, again[0], data, 1), 1);
    world_shut_both(&world, again);
    world_shut(&world, ends[1]);
    world_close(&world);
}

TEST(ten_thousand_sockets_are_no_trouble)
{
    enum { PAIRS = 5000 };
    static int ends[PAIRS][2];
    static struct probe reads[PAIRS];
    static char data[PAIRS];
    struct rlimit limit = {20000, 20000};
    struct world world;

    sim_open(&world, 5);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < 11000)
        SKIP("the limit of descriptors is too low");
    for (int i = 0; i < PAIRS; i++) {
        CHECK_EQ(ASK(&world, socketpair, AF_UNIX, SOCK_STREAM, ends[i]), 0);
        probe_data(&reads[i], &world, OP_RECV, ends[i][0], &data[i], 1);
    }
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < PAIRS; i++)
            CHECK_EQ(do_data(&world, OP_SEND, ends[i][1], "x", 1), 1);
        for (int i = 0; i < PAIRS; i++) {
            CHECK_EQ(world_finish(&world, &reads[i]), 1);
            probe_data(&reads[i], &world, OP_RECV, ends[i][0], &data[i], 1);
        }
    }
    for (int i = 0; i < PAIRS; i++)
        world_shut_both(&world, ends[i]);
    for (int i = 0; i < PAIRS; i++)
        CHECK_EQ(world_finish(&world, &reads[i]), -EBADF);
    world_close(&world);
}

TEST(a_cancel_frees_the_way_for_who_waits_behind)
{
    static char block[65536];
    struct world world;
    struct probe large, small;
    int ends[2];

    sim_open(&world, 0);
    CHECK_EQ(ASK(&world, pipe, ends), 0);
    CHECK_EQ(do_data(&world, OP_WRITE, ends[1], block, 65536 - 10), 65536 - 10);
    probe_data(&large, &world, OP_WRITE, ends[1], block, 4096); /* whole or not at all */
    probe_data(&small, &world, OP_WRITE, ends[1], block, 5);
    settle(&world);
    CHECK_EQ(small.done, 0);
    probe_cancel(&large);
    CHECK_EQ(world_finish(&world, &large), -ECANCELED);
    CHECK_EQ(world_finish(&world, &small), 5);
    world_shut_both(&world, ends);
    world_close(&world);
}

/* A cancel that comes too late changes nothing; one that does not, leaves everything. */
TEST(what_is_canceled_has_had_no_effect_and_what_is_not_is_whole)
{
    int canceled = 0, stood = 0;

    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct world world;
        struct probe read, accept;
        char data[2];
        int ends[2], listener, client, port;

        sim_open(&world, seed);
        world_stream(&world, STREAM_UNIX, ends);
        CHECK_EQ(do_data(&world, OP_SEND, ends[1], "x", 1), 1);
        probe_data(&read, &world, OP_RECV, ends[0], data, 2);
        listener = listen_ip(&world, "127.0.0.1", 1, &port);
        client = make_socket(&world, AF_INET, SOCK_STREAM);
        CHECK_EQ(connect_ip(&world, client, "127.0.0.1", port), 0);
        probe_op(&accept, &world, OP_ACCEPT, listener);
        probe_go(&accept);
        if (!read.done)
            probe_cancel(&read);
        probe_cancel(&accept);
        if (world_finish(&world, &read) == -ECANCELED)
            CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, 2), 1);
        else
            CHECK_EQ(try_data(&world, OP_RECV, ends[0], data, 2), -EAGAIN);
        if (world_finish(&world, &accept) == -ECANCELED)
            CHECK((accept.op.result = do_accept(&world, listener)) >= 0 && ++canceled);
        else
            stood++;
        CHECK_EQ(poll_now(&world, listener, POLLIN), 0);
        world_shut(&world, (int)accept.op.result);
        world_shut(&world, client);
        world_shut(&world, listener);
        world_shut_both(&world, ends);
        world_close(&world);
    }
    CHECK(canceled > 50 && stood > 50);
}
