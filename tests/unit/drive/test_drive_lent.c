/* A descriptor is not closed while a worker is at it, so its number cannot become another file's.
 * (The simulator has no workers.) */
#include <sys/sendfile.h>
#include <sys/syscall.h>

#include "world.h"

static sem_t entered;
static sem_t may_go_on;

enum { SIZE = 100000 }; /* too much to be sent at once, on the loop's thread */

/* The worker's last step before the kernel takes hold of the file. The linker prefers this to
 * libc's. */
ssize_t sendfile(int to, int from, off_t *offset, size_t size)
{
    sem_post(&entered);
    sem_wait(&may_go_on);
    return syscall(SYS_sendfile, to, from, offset, size);
}

struct lent {
    struct world world;
    struct probe send;
    int ends[2];
    int file;
};

static void lent_open(struct lent *self)
{
    sem_init(&entered, 0, 0);
    sem_init(&may_go_on, 0, 0);
    world_open(&self->world, 0);
    self->file = memfd_create("file", MFD_CLOEXEC);
    CHECK_EQ(ftruncate(self->file, SIZE), 0);
    world_stream(&self->world, STREAM_UNIX, self->ends);
    probe_op(&self->send, &self->world, OP_SENDFILE, self->ends[1]);
    self->send.op.sendfile.from = self->file;
    self->send.op.sendfile.offset = 0;
    self->send.op.sendfile.size = SIZE;
    probe_go(&self->send);
    world_wait(&self->world, 0);
    sem_wait(&entered);
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* All was sent to where it should go, and then that was closed. */
static void lent_close(struct lent *self)
{
    static char data[SIZE + 1];

    CHECK_EQ(recv(self->ends[0], data, sizeof(data), MSG_WAITALL), SIZE);
    CHECK(!is_open(self->ends[1]));
    world_shut(&self->world, self->ends[0]);
    close(self->file);
    world_close(&self->world);
}

static void check_number_is_kept(struct lent *self)
{
    int others[2];

    world_stream(&self->world, STREAM_UNIX, others);
    CHECK(others[0] != self->ends[1] && others[1] != self->ends[1]);
    world_shut_both(&self->world, others);
}

REAL_TEST(a_close_at_once_keeps_the_number_until_the_worker_is_through)
{
    struct lent self;

    lent_open(&self);
    world_shut(&self.world, self.ends[1]);
    check_number_is_kept(&self);
    sem_post(&may_go_on);
    CHECK_EQ(world_finish(&self.world, &self.send), SIZE);
    lent_close(&self);
}

REAL_TEST(a_close_by_an_op_waits_for_the_worker)
{
    struct lent self;
    struct probe close_;

    lent_open(&self);
    probe_op(&close_, &self.world, OP_CLOSE, self.ends[1]);
    probe_go(&close_);
    settle(&self.world);
    CHECK_EQ(close_.done, 0);
    check_number_is_kept(&self);
    sem_post(&may_go_on);
    CHECK_EQ(world_finish(&self.world, &self.send), SIZE);
    CHECK_EQ(world_finish(&self.world, &close_), 0);
    lent_close(&self);
}

/* What waits its turn behind the worker's ends at the close. */
REAL_TEST(what_waits_behind_the_worker_ends_with_the_close)
{
    struct lent self;
    struct probe after;
    char byte[1] = "x";

    lent_open(&self);
    probe_data(&after, &self.world, OP_SEND, self.ends[1], byte, 1);
    settle(&self.world);
    CHECK_EQ(after.done, 0);
    world_shut(&self.world, self.ends[1]);
    CHECK_EQ(world_finish(&self.world, &after), -EBADF);
    CHECK_EQ(self.send.done, 0);
    sem_post(&may_go_on);
    CHECK_EQ(world_finish(&self.world, &self.send), SIZE);
    lent_close(&self);
}

/* Canceled or not, the worker has begun: its result comes, and the close after it. */
REAL_TEST(a_cancel_after_the_close_changes_nothing)
{
    struct lent self;

    lent_open(&self);
    world_shut(&self.world, self.ends[1]);
    probe_cancel(&self.send);
    settle(&self.world);
    CHECK_EQ(self.send.done, 0);
    CHECK(is_open(self.ends[1]));
    sem_post(&may_go_on);
    CHECK_EQ(world_finish(&self.world, &self.send), SIZE);
    lent_close(&self);
}

/* It is closed once, however often that is asked for. */
REAL_TEST(a_second_close_is_told_that_the_number_is_gone)
{
    const struct world_ops *ops;
    struct lent self;
    struct probe first;
    struct probe second;

    lent_open(&self);
    ops = self.world.driver->ops->world;
    probe_op(&first, &self.world, OP_CLOSE, self.ends[1]);
    probe_go(&first);
    probe_op(&second, &self.world, OP_CLOSE, self.ends[1]);
    CHECK_EQ(probe_run(&second), -EBADF);
    CHECK_EQ(ops->close(self.world.driver, self.ends[1]), -EBADF);
    CHECK(is_open(self.ends[1]));
    CHECK_EQ(first.done, 0);
    sem_post(&may_go_on);
    CHECK_EQ(world_finish(&self.world, &self.send), SIZE);
    CHECK_EQ(world_finish(&self.world, &first), 0);
    lent_close(&self);
}

REAL_TEST(after_a_close_at_once_others_are_told_that_the_number_is_gone)
{
    const struct world_ops *ops;
    struct lent self;
    struct probe second;

    lent_open(&self);
    ops = self.world.driver->ops->world;
    CHECK_EQ(ops->close(self.world.driver, self.ends[1]), 0);
    CHECK_EQ(ops->close(self.world.driver, self.ends[1]), -EBADF);
    probe_op(&second, &self.world, OP_CLOSE, self.ends[1]);
    CHECK_EQ(probe_run(&second), -EBADF);
    CHECK(is_open(self.ends[1]));
    sem_post(&may_go_on);
    CHECK_EQ(world_finish(&self.world, &self.send), SIZE);
    lent_close(&self);
}
