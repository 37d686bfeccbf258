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
        world.driver->ops->close(world.driver);
    }
    close(world.wake_fd);
    return coil__fault_count(kind) >= k ? 0 : NO_SUCH_FAULT;
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
