#include "world.h"

void world_open(struct world *world, uint64_t seed)
{
    struct driver_options options = {.seed = seed};

    *world = (struct world){.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    options.wake_fd = world->wake_fd;
    CHECK_EQ(coil__driver_open(NULL, &options, &world->driver), 0);
}

void epoll_open(struct world *world)
{
    setenv("COIL_DRIVER", "epoll", 1);
    world_open(world, 0);
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

struct op *probe_op(struct probe *probe, struct world *world, enum op_kind kind, int fd)
{
    probe_init(probe, world);
    probe->op.kind = (uint8_t)kind;
    probe->op.fd = fd;
    return &probe->op;
}

void probe_go(struct probe *probe)
{
    coil__drive_submit(probe->world->driver, &probe->op);
}

int64_t probe_run(struct probe *probe)
{
    probe_go(probe);
    return world_finish(probe->world, probe);
}

static void fill_in(struct op *op, void *data, size_t size)
{
    op->rw.data = data;
    op->rw.size = size;
    if (op->kind == OP_READ || op->kind == OP_WRITE)
        op->rw.offset = OP_STREAM;
}

void probe_data(struct probe *probe, struct world *world, enum op_kind kind, int fd, void *data,
                size_t size)
{
    fill_in(probe_op(probe, world, kind, fd), data, size);
    probe_go(probe);
}

int64_t do_data(struct world *world, enum op_kind kind, int fd, void *data, size_t size)
{
    struct probe probe;

    probe_data(&probe, world, kind, fd, data, size);
    return world_finish(world, &probe);
}

size_t write_all(struct world *world, int fd, const char *data, size_t size)
{
    size_t done = 0;

    while (done < size) {
        int64_t n = do_data(world, OP_WRITE, fd, (char *)(uintptr_t)data + done, size - done);

        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return done;
}

size_t read_all(struct world *world, int fd, char *data, size_t size)
{
    size_t done = 0;

    while (done < size) {
        int64_t n = do_data(world, OP_READ, fd, data + done, size - done);

        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return done;
}

void settle(struct world *world)
{
    for (int i = 0; i < 10; i++)
        world_wait(world, 0);
}

int64_t do_connect(struct world *world, int fd, const void *address, uint32_t length)
{
    struct probe probe;
    struct op *op = probe_op(&probe, world, OP_CONNECT, fd);

    op->connect.address = address;
    op->connect.length = length;
    return probe_run(&probe);
}

int64_t do_accept(struct world *world, int fd)
{
    struct probe probe;

    probe_op(&probe, world, OP_ACCEPT, fd);
    return probe_run(&probe);
}

int make_socket(struct world *world, int family, int type)
{
    int fd = ASK(world, socket, family, type, 0);

    CHECK(fd >= 0);
    return fd;
}

int world_listen(struct world *world, struct sockaddr_in *address, int backlog)
{
    uint32_t length = sizeof(*address);
    int fd = make_socket(world, AF_INET, SOCK_STREAM);

    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK_EQ(ASK(world, bind, fd, (struct sockaddr *)address, length), 0);
    CHECK_EQ(ASK(world, listen, fd, backlog), 0);
    CHECK_EQ(ASK(world, name, fd, false, (struct sockaddr *)address, &length), 0);
    return fd;
}

static void tcp_pair(struct world *world, int ends[2])
{
    struct sockaddr_in address;
    int listener = world_listen(world, &address, 8);

    ends[1] = make_socket(world, AF_INET, SOCK_STREAM);
    CHECK_EQ(do_connect(world, ends[1], &address, sizeof(address)), 0);
    ends[0] = (int)do_accept(world, listener);
    CHECK(ends[0] >= 0);
    world_shut(world, listener);
}

void world_stream(struct world *world, enum stream kind, int ends[2])
{
    if (kind == STREAM_PIPE)
        CHECK_EQ(ASK(world, pipe, ends), 0);
    else if (kind == STREAM_UNIX)
        CHECK_EQ(ASK(world, socketpair, AF_UNIX, SOCK_STREAM, ends), 0);
    else
        tcp_pair(world, ends);
}

void world_shut(struct world *world, int fd)
{
    CHECK_EQ(ASK(world, close, fd), 0);
}

void world_shut_both(struct world *world, int ends[2])
{
    world_shut(world, ends[0]);
    world_shut(world, ends[1]);
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
