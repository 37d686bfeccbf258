/* The k-th system call, or the k-th allocation, fails, for every k: each op still ends, once. */
#include <sys/wait.h>

#include "world.h"

enum { NO_SUCH_FAULT = 77 };

static int frees;

static void do_nothing(struct op_call *block)
{
    (void)block;
}

static void count_free(struct op_call *block)
{
    (void)block;
    frees++;
}

/* Done at last, whatever came of it; nothing but what an error code or a result can be. */
static int64_t bounded(int64_t result, int64_t most)
{
    CHECK(result >= -4095 && result <= most);
    CHECK(result != -EAGAIN && result != -EINTR);
    return result;
}

static int64_t perform_data(struct world *world, enum op_kind kind, int fd, char *data, size_t size)
{
    return bounded(do_data(world, kind, fd, data, size), (int64_t)size);
}

static void close_by_op(struct world *world, int64_t fd)
{
    struct probe probe;

    if (fd < 0)
        return;
    probe_op(&probe, world, OP_CLOSE, (int)fd);
    bounded(probe_run(&probe), 0); /* closed in any case */
}

/* A pair, bytes through it both ways, a read that is canceled. Each may fail. */
static void perform_streams(struct world *world)
{
    struct probe canceled;
    char data[64] = "";
    int ends[2];

    if (ASK(world, socketpair, AF_UNIX, SOCK_STREAM, ends) != 0)
        return;
    perform_data(world, OP_SEND, ends[1], data, 10);
    perform_data(world, OP_WRITE, ends[1], data, 10);
    probe_data(&canceled, world, OP_RECV, ends[0], data, sizeof(data));
    world_wait(world, 0);
    if (!canceled.done)
        probe_cancel(&canceled);
    bounded(world_finish(world, &canceled), sizeof(data));
    probe_data(&canceled, world, OP_READ, ends[0], data, sizeof(data));
    world_wait(world, 0);
    if (!canceled.done)
        probe_cancel(&canceled);
    bounded(world_finish(world, &canceled), sizeof(data));
    close_by_op(world, ends[0]);
    close_by_op(world, ends[1]);
}

/* A listener, a connection, an accept that is canceled if nobody comes. */
static void perform_connection(struct world *world)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    uint32_t length = sizeof(address);
    struct driver *driver = world->driver;
    const struct world_ops *ops = driver->ops->world;
    int listener = ops->socket(driver, AF_INET, SOCK_STREAM, 0);
    int client = ops->socket(driver, AF_INET, SOCK_STREAM, 0);
    struct probe probe;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener >= 0 && client >= 0 &&
        ops->bind(driver, listener, (struct sockaddr *)&address, length) == 0 &&
        ops->listen(driver, listener, 4) == 0 &&
        ops->name(driver, listener, false, (struct sockaddr *)&address, &length) == 0) {
        bounded(do_connect(world, client, &address, length), 0);
        probe_op(&probe, world, OP_ACCEPT, listener);
        probe_go(&probe);
        settle(world);
        if (!probe.done)
            probe_cancel(&probe);
        close_by_op(world, bounded(world_finish(world, &probe), INT32_MAX));
    }
    close_by_op(world, client);
    close_by_op(world, listener);
}

/* A file that is written and read by workers. */
static void perform_file(struct world *world)
{
    const char *path = kit_path("file");
    char data[16] = "";
    struct stat info;
    struct probe probe;
    int64_t fd;

    probe_op(&probe, world, OP_OPEN, -1);
    probe.op.open.path = path;
    probe.op.open.flags = O_RDWR | O_CREAT;
    probe.op.open.mode = 0600;
    fd = bounded(probe_run(&probe), INT32_MAX);
    if (fd >= 0) {
        perform_data(world, OP_WRITE, (int)fd, data, sizeof(data));
        perform_data(world, OP_READ, (int)fd, data, sizeof(data));
        probe_op(&probe, world, OP_STAT, (int)fd);
        probe.op.stat.path = NULL;
        probe.op.stat.out = &info;
        bounded(probe_run(&probe), 0);
        close_by_op(world, fd);
    }
    probe_op(&probe, world, OP_UNLINK, -1);
    probe.op.path.path = path;
    probe.op.path.flags = 0;
    if (bounded(probe_run(&probe), 0) != 0)
        unlink(path);
}

/* A poll that is ready, one that is canceled, a call, a wake. */
static void perform(struct world *world)
{
    struct op_call block = {.run = do_nothing, .free = count_free};
    struct probe ready;
    struct probe canceled;
    struct probe call;
    int ends[2];
    int quiet[2];

    open_pipe(ends);
    open_pipe(quiet);
    put_byte(ends[1]);
    probe_poll(&ready, world, ends[0], POLLIN);
    probe_poll(&canceled, world, quiet[0], POLLIN);
    probe_init(&call, world);
    call.op.kind = OP_CALL;
    call.op.call.block = &block;
    coil__drive_submit(world->driver, &call.op);
    world_wait(world, 0);
    if (!canceled.done)
        probe_cancel(&canceled);
    world_finish(world, &ready);
    world_finish(world, &canceled);
    world_finish(world, &call);
    CHECK(ready.op.result == POLLIN || ready.op.result < 0);
    CHECK(canceled.op.result < 0);
    CHECK(call.op.result <= 0);
    CHECK_EQ(frees, 1);
    wake(world);
    world_wait(world, COIL_FOREVER);
    close_both(ends);
    close_both(quiet);
}

static int survive(enum fault_kind kind, uint64_t k)
{
    struct world world = {.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    struct driver_options options = {.wake_fd = world.wake_fd};
    int err;

    coil__fault_arm(kind, k, false);
    err = coil__driver_open(NULL, &options, &world.driver);
    CHECK(err == 0 || coil__fault_count(kind) >= k);
    if (err == 0) {
        perform(&world);
        perform_streams(&world);
        perform_connection(&world);
        perform_file(&world);
        world.driver->ops->close(world.driver);
    }
    close(world.wake_fd);
    return coil__fault_count(kind) >= k ? 0 : NO_SUCH_FAULT;
}

/* The thread sanitizer would else sleep for a second at the end of each of the hundreds of
 * processes that have threads left. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "atexit_sleep_ms=0";
}

/* Each in a process of its own, so that the workers' threads are new every time. Returns how many
 * there were. */
static uint64_t survive_all(enum fault_kind kind)
{
    for (uint64_t k = 1;; k++) {
        pid_t child = fork();
        int status;

        if (child == 0)
            _exit(survive(kind, k));
        CHECK_EQ(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) ||
            (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != NO_SUCH_FAULT))
            FAIL("the %llu-th failure is not survived", (unsigned long long)k);
        if (WEXITSTATUS(status) == NO_SUCH_FAULT)
            return k - 1;
    }
}

DRIVER_TEST(every_system_call_may_fail_once)
{
    CHECK(survive_all(FAULT_SYS) > 5);
}

DRIVER_TEST(every_allocation_may_fail_once)
{
    CHECK(survive_all(FAULT_ALLOC) > 1);
}
