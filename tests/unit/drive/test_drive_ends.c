/* Ops that end early: canceled, or their descriptor closed or forgotten; on all three drivers. */
#include "world.h"

/* Something of each kind that waits for ever by itself. */
enum { WAITERS = 9 };

struct waiters {
    struct world world;
    struct probe probes[WAITERS];
    int pipe[2];
    int stream[2];
    int datagrams;
    int listener;
    char data[WAITERS][64];
    struct iovec part;
    struct msghdr header;
};

static char much[1 << 16];

/* Until not one byte more goes in. */
static void fill_up(struct world *world, int fd)
{
    struct driver *driver = world->driver;

    for (int empty = 0; empty < 3;) {
        struct probe probe;
        struct op *op = probe_op(&probe, world, OP_WRITE, fd);

        op->rw.data = much;
        op->rw.size = sizeof(much);
        op->rw.offset = OP_STREAM;
        empty = driver->ops->attempt(driver, op) < 0 ? empty + 1 : 0;
        world_wait(world, 0);
    }
}

static void start(struct waiters *self, int i, enum op_kind kind, int fd)
{
    struct op *op = probe_op(&self->probes[i], &self->world, kind, fd);

    memset(self->data[i], '.', sizeof(self->data[i]));
    if (kind == OP_POLL) {
        op->poll.events = POLLIN;
    } else if (kind == OP_READV || kind == OP_WRITEV) {
        op->vector.parts = &self->part;
        op->vector.count = 1;
        op->vector.offset = OP_STREAM;
    } else if (kind == OP_RECVMSG) {
        self->header = (struct msghdr){.msg_iov = &self->part, .msg_iovlen = 1};
        op->message.header = &self->header;
    } else if (kind != OP_ACCEPT) {
        op->rw.data = self->data[i];
        op->rw.size = sizeof(self->data[i]);
        if (kind == OP_READ || kind == OP_WRITE)
            op->rw.offset = OP_STREAM;
    }
    probe_go(&self->probes[i]);
}

static void waiters_open(struct waiters *self)
{
    struct sockaddr_in address;
    struct world *world = &self->world;

    world_open(world, 0);
    self->part = (struct iovec){self->data[2], sizeof(self->data[2])};
    world_stream(world, STREAM_PIPE, self->pipe);
    world_stream(world, STREAM_UNIX, self->stream);
    self->datagrams = make_socket(world, AF_INET, SOCK_DGRAM);
    self->listener = world_listen(world, &address, 8);
    fill_up(world, self->stream[1]);
    start(self, 0, OP_READ, self->pipe[0]);
    start(self, 1, OP_READ, self->pipe[0]);
    start(self, 2, OP_READV, self->pipe[0]);
    start(self, 3, OP_RECV, self->stream[1]);
    start(self, 4, OP_RECVMSG, self->stream[1]);
    start(self, 5, OP_SEND, self->stream[1]);
    start(self, 6, OP_WRITEV, self->stream[1]);
    start(self, 7, OP_ACCEPT, self->listener);
    start(self, 8, OP_RECV, self->datagrams);
}

static void waiters_close(struct waiters *self)
{
    struct world *world = &self->world;

    world_shut_both(world, self->pipe);
    world_shut_both(world, self->stream);
    world_shut(world, self->datagrams);
    world_shut(world, self->listener);
    settle(world);
    CHECK_EQ(world->driver->out, 0);
    world_close(world);
}

static void cancel_all(int looks)
{
    struct waiters self;

    waiters_open(&self);
    for (int i = 0; i < looks; i++)
        world_wait(&self.world, 0);
    for (int i = 0; i < WAITERS; i++) {
        CHECK_EQ(self.probes[i].done, 0);
        probe_cancel(&self.probes[i]);
    }
    for (int i = 0; i < WAITERS; i++)
        CHECK_EQ(world_finish(&self.world, &self.probes[i]), -ECANCELED);
    waiters_close(&self);
}

DRIVER_TEST(whatever_waits_is_canceled)
{
    cancel_all(10);
}

DRIVER_TEST(whatever_was_just_submitted_is_canceled)
{
    cancel_all(0);
}

DRIVER_TEST(whatever_is_out_ends_when_its_descriptor_is_closed)
{
    struct waiters self;
    struct probe closes[4];
    int fds[4];

    waiters_open(&self);
    settle(&self.world);
    fds[0] = self.pipe[0];
    fds[1] = self.stream[1];
    fds[2] = self.listener;
    fds[3] = self.datagrams;
    for (int i = 0; i < 4; i++) {
        probe_op(&closes[i], &self.world, OP_CLOSE, fds[i]);
        probe_go(&closes[i]);
    }
    for (int i = 0; i < 4; i++)
        CHECK_EQ(world_finish(&self.world, &closes[i]), 0);
    for (int i = 0; i < WAITERS; i++)
        CHECK_EQ(world_finish(&self.world, &self.probes[i]), -EBADF);
    world_shut(&self.world, self.pipe[1]);
    world_shut(&self.world, self.stream[0]);
    world_close(&self.world);
}

DRIVER_TEST(closing_at_once_ends_what_is_out_too)
{
    struct waiters self;
    int done;

    waiters_open(&self);
    settle(&self.world);
    done = self.world.done;
    world_shut(&self.world, self.pipe[0]);
    world_shut(&self.world, self.stream[1]);
    world_shut(&self.world, self.listener);
    world_shut(&self.world, self.datagrams);
    CHECK_EQ(self.world.done, done); /* from the next wait */
    for (int i = 0; i < WAITERS; i++)
        CHECK_EQ(world_finish(&self.world, &self.probes[i]), -EBADF);
    world_shut(&self.world, self.pipe[1]);
    world_shut(&self.world, self.stream[0]);
    world_close(&self.world);
}

DRIVER_TEST(a_canceled_read_takes_nothing_and_writes_nothing_after)
{
    for (enum stream kind = 0; kind < STREAMS; kind++) {
        struct world world;
        struct probe probe;
        char early[64];
        char data[64];
        int ends[2];

        world_open(&world, 0);
        world_stream(&world, kind, ends);
        for (int looks = 0; looks < 3; looks++) {
            memset(early, '.', sizeof(early));
            probe_data(&probe, &world, OP_READ, ends[0], early, sizeof(early));
            for (int i = 0; i < looks; i++)
                world_wait(&world, 0);
            probe_cancel(&probe);
            CHECK_EQ(world_finish(&world, &probe), -ECANCELED);
            CHECK_EQ(do_data(&world, OP_WRITE, ends[1], "bytes", 5), 5);
            settle(&world);
            for (size_t i = 0; i < sizeof(early); i++)
                CHECK_EQ(early[i], '.');
            CHECK_EQ(do_data(&world, OP_READ, ends[0], data, sizeof(data)), 5);
        }
        world_shut_both(&world, ends);
        world_close(&world);
    }
}

/* The bytes are there already, so either answer is right, but not half of each. */
DRIVER_TEST(a_cancel_that_comes_late_loses_no_byte)
{
    struct world world;
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_TCP, ends);
    for (int i = 0; i < 50; i++) {
        struct probe probe;
        char data[8] = "";

        probe_data(&probe, &world, OP_RECV, ends[0], data, sizeof(data));
        if (i % 2)
            settle(&world);
        CHECK_EQ(do_data(&world, OP_SEND, ends[1], "x", 1), 1);
        if (!probe.done)
            probe_cancel(&probe);
        if (world_finish(&world, &probe) == -ECANCELED) {
            CHECK_EQ(data[0], 0);
            CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, sizeof(data)), 1);
        }
        CHECK_EQ(probe.op.result == -ECANCELED || probe.op.result == 1, 1);
        CHECK_EQ(data[0], 'x');
    }
    world_shut_both(&world, ends);
    world_close(&world);
}

DRIVER_TEST(whoever_waited_behind_a_canceled_op_is_served)
{
    struct world world;
    struct probe probes[3];
    char data[3];
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_PIPE, ends);
    for (int i = 0; i < 3; i++)
        probe_data(&probes[i], &world, OP_READ, ends[0], &data[i], 1);
    settle(&world);
    probe_cancel(&probes[0]);
    CHECK_EQ(world_finish(&world, &probes[0]), -ECANCELED);
    CHECK_EQ(do_data(&world, OP_WRITE, ends[1], "ab", 2), 2);
    CHECK_EQ(world_finish(&world, &probes[1]), 1);
    CHECK_EQ(world_finish(&world, &probes[2]), 1);
    CHECK_EQ(memcmp(data + 1, "ab", 2), 0);
    world_shut_both(&world, ends);
    world_close(&world);
}

/* The number is used again before the loop has heard of anything. */
DRIVER_TEST(a_number_used_again_at_once_knows_nothing_of_its_last_life)
{
    struct world world;

    world_open(&world, 0);
    for (int i = 0; i < 20; i++) {
        struct probe old;
        struct probe new;
        char data[2] = "";
        int first[2];
        int second[2];

        world_stream(&world, STREAM_UNIX, first);
        probe_data(&old, &world, OP_READ, first[0], &data[0], 1);
        settle(&world);
        if (i % 2)
            CHECK_EQ(do_data(&world, OP_WRITE, first[1], "o", 1), 1);
        world_shut(&world, first[0]);
        world_stream(&world, STREAM_PIPE, second);
        probe_data(&new, &world, OP_READ, second[0], &data[1], 1);
        settle(&world);
        CHECK_EQ(new.done, 0);
        CHECK_EQ(old.done, 1);
        CHECK(old.op.result == -EBADF || (i % 2 && old.op.result == 1));
        CHECK_EQ(do_data(&world, OP_WRITE, second[1], "n", 1), 1);
        CHECK_EQ(world_finish(&world, &new), 1);
        CHECK_EQ(data[1], 'n');
        world_shut(&world, first[1]);
        world_shut_both(&world, second);
    }
    world_close(&world);
}

DRIVER_TEST(closing_what_is_not_open_is_told)
{
    struct world world;
    struct probe probe;

    world_open(&world, 0);
    probe_op(&probe, &world, OP_CLOSE, -1);
    CHECK_EQ(probe_run(&probe), -EBADF);
    probe_op(&probe, &world, OP_CLOSE, 999);
    CHECK_EQ(probe_run(&probe), -EBADF);
    world_close(&world);
}

DRIVER_TEST(a_close_is_not_canceled)
{
    struct world world;
    struct probe probe;
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_PIPE, ends);
    probe_op(&probe, &world, OP_CLOSE, ends[0]);
    probe_go(&probe);
    probe_cancel(&probe);
    CHECK_EQ(world_finish(&world, &probe), 0);
    CHECK_EQ(ASK(&world, close, ends[0]), -EBADF);
    world_shut(&world, ends[1]);
    world_close(&world);
}

DRIVER_TEST(a_poll_of_our_own_descriptor_hears_each_side)
{
    struct world world;
    struct probe in;
    struct probe out;
    char data[8];
    int ends[2];

    world_open(&world, 0);
    world_stream(&world, STREAM_UNIX, ends);
    fill_up(&world, ends[0]);
    CHECK_EQ(world.driver->out, 0);
    probe_poll(&in, &world, ends[0], POLLIN);
    probe_poll(&out, &world, ends[0], POLLOUT);
    settle(&world);
    CHECK_EQ(in.done + out.done, 0);
    CHECK_EQ(do_data(&world, OP_WRITE, ends[1], "x", 1), 1);
    CHECK_EQ(world_finish(&world, &in), POLLIN);
    CHECK_EQ(out.done, 0);
    while (!out.done) {
        CHECK(do_data(&world, OP_READ, ends[1], much, sizeof(much)) > 0);
        world_wait(&world, 0);
    }
    CHECK_EQ(out.op.result, POLLOUT);
    CHECK_EQ(do_data(&world, OP_READ, ends[0], data, sizeof(data)), 1);
    probe_poll(&in, &world, ends[0], POLLIN);
    settle(&world);
    CHECK_EQ(in.done, 0);
    world_shut(&world, ends[1]);
    CHECK(world_finish(&world, &in) & POLLIN);
    world_shut(&world, ends[0]);
    world_close(&world);
}
