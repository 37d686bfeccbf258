#include "world.h"

void world_open(struct world *world, uint64_t seed)
{
    struct driver_options options = {.seed = seed};

    *world = (struct world){.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    options.wake_fd = world->wake_fd;
    CHECK_EQ(coil__driver_open(NULL, &options, &world->driver), 0);
}

void world_close(struct world *world)
{
    world->driver->ops->close(world->driver);
    close(world->wake_fd);
}

int world_wait(struct world *world, int64_t deadline_ns)
{
    int err;

    world->waiting = true;
    err = world->driver->ops->wait(world->driver, deadline_ns, false);
    world->waiting = false;
    return err;
}

int64_t world_now(struct world *world)
{
    return world->driver->ops->now(world->driver);
}

int64_t world_finish(struct world *world, struct probe *probe)
{
    while (!probe->done)
        CHECK_EQ(world_wait(world, COIL_FOREVER), 0);
    CHECK_EQ(probe->done, 1);
    return probe->op.result;
}

bool world_is(const struct world *world, const char *name)
{
    return strcmp(world->driver->ops->name, name) == 0;
}

static void probe_done(struct op *op)
{
    struct probe *probe = container_of(op, struct probe, op);

    CHECK(probe->world->waiting);
    CHECK_EQ(op->state, OP_IDLE);
    probe->done++;
    CHECK_EQ(probe->done, 1);
    probe->place = ++probe->world->done;
    if (probe->then)
        probe->then(probe);
}

void probe_init(struct probe *probe, struct world *world)
{
    *probe = (struct probe){.world = world, .op.done = probe_done};
}

void probe_poll(struct probe *probe, struct world *world, int fd, uint32_t events)
{
    probe_init(probe, world);
    probe->op.kind = OP_POLL;
    probe->op.fd = fd;
    probe->op.poll.events = events;
    coil__drive_submit(world->driver, &probe->op);
}

void probe_cancel(struct probe *probe)
{
    coil__drive_cancel(probe->world->driver, &probe->op);
}

void wake(struct world *world)
{
    uint64_t one = 1;

    CHECK_EQ(write(world->wake_fd, &one, sizeof(one)), sizeof(one));
}

void open_pipe(int ends[2])
{
    CHECK_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
}

void fill(int fd)
{
    static const char bytes[4096];

    while (write(fd, bytes, sizeof(bytes)) > 0)
        ;
}

void drain(int fd)
{
    char bytes[4096];

    while (read(fd, bytes, sizeof(bytes)) > 0)
        ;
}

void put_byte(int fd)
{
    CHECK_EQ(write(fd, "x", 1), 1);
}

void put_byte_later(void *fd)
{
    put_byte(*(int *)fd);
}

void close_both(int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

static void *sleep_and_call(void *arg)
{
    struct later *self = arg;

    usleep((useconds_t)self->ms * 1000);
    self->fn(self->arg);
    return NULL;
}

void later(struct later *self, int ms, void (*fn)(void *arg), void *arg)
{
    *self = (struct later){.ms = ms, .fn = fn, .arg = arg};
    CHECK_EQ(pthread_create(&self->thread, NULL, sleep_and_call, self), 0);
}

void later_join(struct later *self)
{
    pthread_join(self->thread, NULL);
}
