/* Streams of bytes: pipes, local sockets, TCP, on all three drivers. */
#include "ops.h"

/* The same for each kind of stream; closes what is left. */
static void each_stream(void (*body)(struct world *world, int ends[2]))
{
    struct world world;

    world_open(&world, 0);
    for (enum stream kind = 0; kind < STREAMS; kind++) {
        int ends[2];

        world_stream(&world, kind, ends);
        body(&world, ends);
        for (int i = 0; i < 2; i++)
            if (ends[i] >= 0)
                world_shut(&world, ends[i]);
        settle(&world);
        CHECK_EQ(world.driver->out, 0);
    }
    world_close(&world);
}

static void shut(struct world *world, int *end)
{
    world_shut(world, *end);
    *end = -1;
}

static void read_before_write(struct world *world, int ends[2])
{
    struct probe probe;
    char data[8] = "";

    for (int i = 0; i < 5; i++) {
        probe_data(&probe, world, OP_READ, ends[0], data, sizeof(data));
        settle(world);
        CHECK_EQ(probe.done, 0);
        CHECK_EQ(do_data(world, OP_WRITE, ends[1], "bytes", 5), 5);
        CHECK_EQ(world_finish(world, &probe), 5);
        CHECK_EQ(memcmp(data, "bytes", 5), 0);
    }
}

DRIVER_TEST(a_read_waits_for_what_is_written_and_takes_what_there_is)
{
    each_stream(read_before_write);
}

static void write_before_read(struct world *world, int ends[2])
{
    char data[3];

    CHECK_EQ(do_data(world, OP_WRITE, ends[1], "abcdefgh", 8), 8);
    CHECK_EQ(do_data(world, OP_READ, ends[0], data, 3), 3);
    CHECK_EQ(memcmp(data, "abc", 3), 0);
    CHECK_EQ(do_data(world, OP_READ, ends[0], data, 3), 3);
    CHECK_EQ(memcmp(data, "def", 3), 0);
    CHECK_EQ(do_data(world, OP_READ, ends[0], data, 3), 2);
    CHECK_EQ(memcmp(data, "gh", 2), 0);
}

DRIVER_TEST(what_a_read_leaves_is_there_for_the_next)
{
    each_stream(write_before_read);
}

static void reads_in_order(struct world *world, int ends[2])
{
    enum { N = 20 };
    struct probe probes[N];
    char data[N];
    char sent[N];

    for (int i = 0; i < N; i++) {
        sent[i] = (char)('a' + i);
        probe_data(&probes[i], world, OP_READ, ends[0], &data[i], 1);
    }
    CHECK_EQ(write_all(world, ends[1], sent, N / 2), N / 2);
    settle(world);
    CHECK_EQ(write_all(world, ends[1], sent + N / 2, N / 2), N / 2);
    for (int i = 0; i < N; i++)
        CHECK_EQ(world_finish(world, &probes[i]), 1);
    CHECK_EQ(memcmp(data, sent, N), 0);
}

DRIVER_TEST(reads_are_served_in_the_order_of_their_submission)
{
    each_stream(reads_in_order);
}

static void writes_in_order(struct world *world, int ends[2])
{
    enum { N = 8, SIZE = 100000 };
    static char sent[N][SIZE];
    static char got[N * SIZE];
    struct probe probes[N];
    size_t total = 0;
    size_t at = 0;

    for (int i = 0; i < N; i++) {
        memset(sent[i], 'a' + i, SIZE);
        probe_data(&probes[i], world, OP_WRITE, ends[1], sent[i], SIZE);
    }
    for (bool all = false; !all;) {
        int64_t n = do_data(world, OP_READ, ends[0], got + total, sizeof(got) - total);

        CHECK(n > 0);
        total += (size_t)n;
        all = true;
        for (int i = 0; i < N; i++)
            all = all && probes[i].done;
    }
    for (size_t sum = 0, i = 0; i <= N; i++) {
        if (i == N)
            total += read_all(world, ends[0], got + total, sum - total);
        else
            sum += (size_t)probes[i].op.result;
    }
    for (int i = 0; i < N; i++) {
        CHECK(probes[i].op.result > 0);
        CHECK_EQ(memcmp(got + at, sent[i], (size_t)probes[i].op.result), 0);
        at += (size_t)probes[i].op.result;
    }
    CHECK_EQ(at, total);
}

DRIVER_TEST(writes_go_out_in_the_order_of_their_submission_although_all_had_to_wait)
{
    each_stream(writes_in_order);
}

static void end_after_data(struct world *world, int ends[2])
{
    char data[100];

    CHECK_EQ(do_data(world, OP_WRITE, ends[1], "last", 4), 4);
    shut(world, &ends[1]);
    CHECK_EQ(do_data(world, OP_READ, ends[0], data, sizeof(data)), 4);
    CHECK_EQ(do_data(world, OP_READ, ends[0], data, sizeof(data)), 0);
    CHECK_EQ(do_data(world, OP_READ, ends[0], data, sizeof(data)), 0);
}

DRIVER_TEST(the_end_of_a_stream_comes_after_its_bytes_and_again_and_again)
{
    each_stream(end_after_data);
}

/* The read waits, so that bytes and end are told at once, and a short read takes the bytes. */
static void end_with_data(struct world *world, int ends[2])
{
    struct probe probe;
    char data[100];

    probe_data(&probe, world, OP_READ, ends[0], data, sizeof(data));
    settle(world);
    CHECK_EQ(do_data(world, OP_WRITE, ends[1], "last", 4), 4);
    if (!probe.done)
        shut(world, &ends[1]);
    CHECK_EQ(world_finish(world, &probe), 4);
    if (ends[1] >= 0)
        shut(world, &ends[1]);
    CHECK_EQ(do_data(world, OP_READ, ends[0], data, sizeof(data)), 0);
}

DRIVER_TEST(the_end_of_a_stream_is_not_lost_behind_a_short_read)
{
    each_stream(end_with_data);
}

static void end_while_waiting(struct world *world, int ends[2])
{
    struct probe probe;
    char data[100];

    probe_data(&probe, world, OP_READ, ends[0], data, sizeof(data));
    settle(world);
    shut(world, &ends[1]);
    CHECK_EQ(world_finish(world, &probe), 0);
}

DRIVER_TEST(a_read_that_waits_hears_of_the_end)
{
    each_stream(end_while_waiting);
}

static void nobody_reads(struct world *world, int ends[2])
{
    int64_t n = 0;

    shut(world, &ends[0]);
    for (int i = 0; i < 3 && n >= 0; i++) /* TCP must hear of it from the other side */
        n = do_data(world, OP_WRITE, ends[1], "lost", 4);
    CHECK(n == -EPIPE || n == -ECONNRESET);
    CHECK_EQ(do_data(world, OP_WRITE, ends[1], "lost", 4), -EPIPE);
}

DRIVER_TEST(a_write_that_nobody_can_read_is_epipe_and_no_signal)
{
    each_stream(nobody_reads);
}

static void readers_death_ends_write(struct world *world, int ends[2])
{
    static char data[8 << 20];
    struct probe probe;
    int64_t n;

    do
        n = do_data(world, OP_WRITE, ends[1], data, sizeof(data));
    while (n == sizeof(data));
    CHECK(n > 0);
    probe_data(&probe, world, OP_WRITE, ends[1], data, sizeof(data));
    settle(world);
    if (probe.done)
        return; /* there was room after all */
    shut(world, &ends[0]);
    n = world_finish(world, &probe);
    CHECK(n == -EPIPE || n == -ECONNRESET);
}

DRIVER_TEST(a_write_that_waits_ends_when_its_reader_goes)
{
    each_stream(readers_death_ends_write);
}

static void large(struct world *world, int ends[2])
{
    enum { SIZE = 3000000 };
    static char sent[SIZE];
    static char got[SIZE];
    struct probe write;
    struct probe read;
    size_t in = 0;
    size_t out = 0;

    for (size_t i = 0; i < SIZE; i++)
        sent[i] = (char)(i * 2654435761u >> 24);
    memset(got, 0, SIZE);
    probe_init(&write, world);
    probe_init(&read, world);
    write.done = read.done = 1;
    while (in < SIZE) {
        if (write.done && out < SIZE)
            probe_data(&write, world, OP_WRITE, ends[1], sent + out, SIZE - out);
        if (read.done)
            probe_data(&read, world, OP_READ, ends[0], got + in, SIZE - in);
        world_wait(world, COIL_FOREVER);
        if (write.done && out < SIZE) {
            CHECK(write.op.result > 0);
            out += (size_t)write.op.result;
        }
        if (read.done) {
            CHECK(read.op.result > 0);
            in += (size_t)read.op.result;
        }
    }
    CHECK_EQ(out, SIZE);
    CHECK_EQ(memcmp(sent, got, SIZE), 0);
}

DRIVER_TEST(three_megabytes_go_through_whole)
{
    each_stream(large);
}

static void vectors(struct world *world, int ends[2])
{
    char a[2], b[3], c[10];
    struct iovec out[] = {{"he", 2}, {"", 0}, {"llo", 3}, {" you", 4}};
    struct iovec in[] = {{a, 2}, {b, 3}, {c, 10}};
    struct probe read;
    struct op *op = probe_op(&read, world, OP_READV, ends[0]);

    op->vector.parts = in;
    op->vector.count = 3;
    op->vector.offset = OP_STREAM;
    probe_go(&read);
    settle(world);
    CHECK_EQ(do_vector(world, OP_WRITEV, ends[1], out, 4, OP_STREAM), 9);
    CHECK_EQ(world_finish(world, &read), 9);
    CHECK_EQ(memcmp(a, "he", 2), 0);
    CHECK_EQ(memcmp(b, "llo", 3), 0);
    CHECK_EQ(memcmp(c, " you", 4), 0);
}

DRIVER_TEST(vectors_are_gathered_and_scattered)
{
    each_stream(vectors);
}

static void too_many_parts(struct world *world, int ends[2])
{
    enum { PARTS = 3000 };
    static struct iovec parts[PARTS];
    static char got[PARTS];
    int64_t n;

    for (int i = 0; i < PARTS; i++)
        parts[i] = (struct iovec){"x", 1};
    n = do_vector(world, OP_WRITEV, ends[1], parts, PARTS, OP_STREAM);
    CHECK(n > 0 && n <= PARTS);
    CHECK_EQ(read_all(world, ends[0], got, (size_t)n), n);
}

DRIVER_TEST(a_vector_of_too_many_parts_is_written_in_part)
{
    each_stream(too_many_parts);
}

static void attempts(struct world *world, int ends[2])
{
    struct driver *driver = world->driver;
    struct probe waiting;
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_READ, ends[0]);
    char data[8];

    op->rw.data = data;
    op->rw.size = sizeof(data);
    op->rw.offset = OP_STREAM;
    CHECK_EQ(driver->ops->attempt(driver, op), -EAGAIN);
    CHECK_EQ(driver->ops->attempt(driver, op), -EAGAIN);
    CHECK_EQ(do_data(world, OP_WRITE, ends[1], "one", 3), 3);
    CHECK_EQ(driver->ops->attempt(driver, op), 3);
    CHECK_EQ(driver->ops->attempt(driver, op), -EAGAIN);
    probe_data(&waiting, world, OP_READ, ends[0], data, 2);
    CHECK_EQ(driver->ops->attempt(driver, op), -EAGAIN);
    CHECK_EQ(do_data(world, OP_WRITE, ends[1], "four", 4), 4);
    if (!waiting.done) /* whoever waits is served first */
        CHECK_EQ(driver->ops->attempt(driver, op), -EAGAIN);
    CHECK_EQ(world_finish(world, &waiting), 2);
    settle(world);
    CHECK_EQ(driver->ops->attempt(driver, op), 2);
    CHECK_EQ(memcmp(data, "ur", 2), 0);
    CHECK_EQ(probe.done, 0);
    CHECK_EQ(driver->out, 0);
}

DRIVER_TEST(an_attempt_reads_what_is_there_unless_others_wait_for_it)
{
    each_stream(attempts);
}

static void half_closed(struct world *world, int ends[2])
{
    struct probe read;
    char data[8];

    if (ASK(world, shutdown, ends[1], SHUT_WR) == -ENOTSOCK)
        return; /* a pipe has no two halves */
    CHECK_EQ(do_data(world, OP_RECV, ends[0], data, sizeof(data)), 0);
    probe_data(&read, world, OP_RECV, ends[1], data, sizeof(data));
    settle(world);
    CHECK_EQ(read.done, 0);
    CHECK_EQ(do_data(world, OP_SEND, ends[0], "still", 5), 5);
    CHECK_EQ(world_finish(world, &read), 5);
    CHECK_EQ(do_data(world, OP_SEND, ends[1], "no", 2), -EPIPE);
}

DRIVER_TEST(a_half_closed_stream_goes_on_in_the_other_direction)
{
    each_stream(half_closed);
}

/* Bytes and a look at them: what is looked at stays. */
static void peeks(struct world *world, int ends[2])
{
    struct probe probe;
    char data[64];
    struct op *op;

    if (do_data(world, OP_SEND, ends[1], "look", 4) == -ENOTSOCK)
        return;
    for (int i = 0; i < 3; i++) {
        op = probe_op(&probe, world, OP_RECV, ends[0]);
        op->rw.data = data;
        op->rw.size = sizeof(data);
        op->rw.flags = MSG_PEEK;
        CHECK_EQ(probe_run(&probe), 4);
    }
    CHECK_EQ(do_data(world, OP_RECV, ends[0], data, sizeof(data)), 4);
}

DRIVER_TEST(a_look_ahead_leaves_the_bytes_where_they_are)
{
    each_stream(peeks);
}
