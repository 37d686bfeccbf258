/* What a seed does to a program, one test for each word of it: delays, short reads and writes,
 * resets, EINTR, EAGAIN, ENOBUFS, reordered completions. */
#include "sim_world.h"

#include "drive/sim.h"

enum { SEEDS = 40, PAIRS = 6 };

static uint64_t took(uint64_t seed)
{
    struct world world;
    int64_t begin;
    int ends[2];
    char byte[1];

    sim_open(&world, seed);
    begin = world_now(&world);
    world_stream(&world, STREAM_PIPE, ends);
    CHECK_EQ(do_data(&world, OP_WRITE, ends[1], "x", 1), 1);
    CHECK_EQ(do_data(&world, OP_READ, ends[0], byte, 1), 1);
    begin = world_now(&world) - begin;
    world_shut_both(&world, ends);
    world_close(&world);
    return (uint64_t)begin;
}

TEST(delays_are_the_seeds)
{
    int others = 0;

    CHECK_EQ(took(0), 0);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        CHECK_EQ(took(seed), took(seed));
        others += took(seed) != took(seed + 1);
    }
    CHECK(others > SEEDS / 2);
}

/* How many of a hundred transfers of 50 bytes were short; what went in comes out, byte for byte. */
static void count_short(struct world *world, const int ends[2], int *reads, int *writes)
{
    char in[50];
    char out[50];
    uint8_t next = 0;
    uint8_t seen = 0;

    for (int i = 0; i < 100; i++) {
        int64_t left;
        int64_t n;

        for (size_t at = 0; at < sizeof(in); at++)
            in[at] = (char)(next + at);
        left = do_data(world, OP_WRITE, ends[1], in, sizeof(in));
        CHECK(left > 0 && left <= (int64_t)sizeof(in));
        *writes += left < (int64_t)sizeof(in);
        next = (uint8_t)(next + left);
        for (; left > 0; left -= n) {
            n = do_data(world, OP_READ, ends[0], out, sizeof(out));
            CHECK(n > 0 && n <= left);
            *reads += n < left;
            for (int64_t at = 0; at < n; at++)
                CHECK_EQ((uint8_t)out[at], seen++);
        }
    }
}

TEST(short_reads_and_writes_come_by_a_seed_and_lose_nothing)
{
    struct world world;
    int reads, writes;
    int ends[2];

    for (int kind = 0; kind < STREAMS; kind++) {
        reads = writes = 0;
        sim_open(&world, 7);
        world_stream(&world, (enum stream)kind, ends);
        count_short(&world, ends, &reads, &writes);
        CHECK(reads > 20);
        CHECK(writes > 20 || kind == STREAM_PIPE); /* up to PIPE_BUF is written whole */
        world_shut_both(&world, ends);
        world_close(&world);
    }
    reads = writes = 0;
    sim_open(&world, 0);
    world_stream(&world, STREAM_TCP, ends);
    count_short(&world, ends, &reads, &writes);
    CHECK_EQ(reads + writes, 0);
    world_shut_both(&world, ends);
    world_close(&world);
}

static void ask_for_faults(void)
{
    setenv("COIL_SIM_FAULTS", "50000", 1);
}

static int64_t read_to_its_end(struct world *world, int fd)
{
    char byte[1];
    int64_t n;

    do
        n = do_data(world, OP_RECV, fd, byte, 1);
    while (n > 0);
    return n;
}

TEST(resets_break_a_connection_at_both_ends)
{
    int resets = 0;

    ask_for_faults();
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        char byte[1];
        int64_t n = 0;
        int ends[2];

        sim_open(&world, seed);
        world_stream(&world, STREAM_UNIX, ends);
        for (int i = 0; i < 100 && (n >= 0 || n == -ENOBUFS); i++) {
            n = do_data(&world, OP_SEND, ends[1], "x", 1);
            if (n == 1)
                n = do_data(&world, OP_RECV, ends[0], byte, 1);
        }
        sim_of(world.driver)->faults = 0;
        if (n == -ECONNRESET) { /* told at one end */
            int64_t one = read_to_its_end(&world, ends[0]);
            int64_t other = read_to_its_end(&world, ends[1]);

            CHECK(one == -ECONNRESET || other == -ECONNRESET);
            resets++;
        }
        world_shut_both(&world, ends);
        world_close(&world);
    }
    CHECK(resets > SEEDS / 4);
}

TEST(eintr_makes_an_op_be_tried_again_and_is_told_to_nobody)
{
    struct world world;
    char byte[1];
    int ends[2];

    for (int seed = 0; seed < 2; seed++) {
        sim_open(&world, (uint64_t)seed);
        world_stream(&world, STREAM_TCP, ends);
        for (int i = 0; i < 100; i++) {
            CHECK_EQ(do_data(&world, OP_SEND, ends[1], "x", 1), 1);
            CHECK_EQ(do_data(&world, OP_RECV, ends[0], byte, 1), 1);
        }
        CHECK_EQ(sim_of(world.driver)->retries > 10, seed);
        world_shut_both(&world, ends);
        world_close(&world);
    }
}

/* There are bytes, and room. */
TEST(eagain_is_what_an_attempt_may_say_and_no_op)
{
    struct world world;
    char byte[1];
    int found = 0;
    int ends[2];

    sim_open(&world, 9);
    world_stream(&world, STREAM_TCP, ends);
    for (int i = 0; i < 100; i++) {
        int64_t n;

        CHECK_EQ(do_data(&world, OP_SEND, ends[1], "x", 1), 1);
        n = try_data(&world, OP_RECV, ends[0], byte, 1);
        CHECK(n == 1 || n == -EAGAIN);
        found += n == 1;
        if (n == -EAGAIN)
            CHECK_EQ(do_data(&world, OP_RECV, ends[0], byte, 1), 1);
    }
    CHECK(found > 20 && found < 80);
    world_shut_both(&world, ends);
    world_close(&world);
}

TEST(enobufs_sends_nothing)
{
    int full = 0;

    ask_for_faults();
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world world;
        char data[200];
        int64_t n = 0;
        int sent = 0;
        int ends[2];

        sim_open(&world, seed);
        world_stream(&world, STREAM_TCP, ends);
        for (int i = 0; i < 100 && n >= 0; i++) {
            n = do_data(&world, OP_SEND, ends[1], "x", 1);
            sent += n == 1;
        }
        if (n == -ENOBUFS) {
            world.driver->ops->world->shutdown(world.driver, ends[1], SHUT_WR);
            sim_of(world.driver)->faults = 0;
            CHECK_EQ(read_all(&world, ends[0], data, sizeof(data)), sent);
            full++;
        }
        world_shut_both(&world, ends);
        world_close(&world);
    }
    CHECK(full > SEEDS / 4);
}

/* Reads two bytes of each pipe by two ops; in which place each of them was done. */
static void read_pairs(uint64_t seed, int places[PAIRS][2])
{
    struct probe probes[PAIRS][2];
    char data[PAIRS][2];
    int pipes[PAIRS][2];
    struct world world;

    sim_open(&world, seed);
    for (int i = 0; i < PAIRS; i++) {
        world_stream(&world, STREAM_PIPE, pipes[i]);
        CHECK_EQ(write_all(&world, pipes[i][1], "12", 2), 2);
    }
    world.done = 0;
    for (int i = 0; i < PAIRS; i++)
        for (int turn = 0; turn < 2; turn++)
            probe_data(&probes[i][turn], &world, OP_READ, pipes[i][0], &data[i][turn], 1);
    for (int i = 0; i < PAIRS; i++) {
        for (int turn = 0; turn < 2; turn++) {
            CHECK_EQ(world_finish(&world, &probes[i][turn]), 1);
            CHECK_EQ(data[i][turn], '1' + turn);
            places[i][turn] = probes[i][turn].place;
        }
        world_shut_both(&world, pipes[i]);
    }
    world_close(&world);
}

TEST(completions_are_reordered_where_no_order_is_promised_and_only_there)
{
    int reordered = 0;

    for (uint64_t seed = 0; seed <= SEEDS; seed++) {
        int first[PAIRS][2];
        int again[PAIRS][2];
        int inversions = 0;

        read_pairs(seed, first);
        read_pairs(seed, again);
        CHECK_EQ(memcmp(first, again, sizeof(first)), 0);
        for (int i = 0; i < PAIRS; i++) {
            CHECK(first[i][0] < first[i][1]); /* of one pipe, in order */
            inversions += i > 0 && first[i][0] < first[i - 1][0];
        }
        CHECK(seed != 0 || inversions == 0);
        reordered += inversions > 0;
    }
    CHECK(reordered > SEEDS / 2);
}
