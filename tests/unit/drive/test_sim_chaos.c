/* The simulator, whatever a program does: all ends, and the same seed repeats. */
#include "sim_world.h"

enum { SPARE = 24, RANDOM_OPS = 40, STEPS = 400 };

/* Descriptors that come and go, ops on whichever of them, closes and cancels in between. */
struct chaos {
    struct world world;
    struct sockaddr_in address;
    int fds[SPARE];
    struct probe probes[RANDOM_OPS];
    char data[RANDOM_OPS][5000];
    uint64_t random;
};

static uint64_t pick(struct chaos *chaos, uint64_t most)
{
    chaos->random = chaos->random * 6364136223846793005u + 1442695040888963407u;
    return (chaos->random >> 33) % most;
}

static void reopen(struct chaos *chaos, size_t i)
{
    const struct world_ops *ops = chaos->world.driver->ops->world;
    struct driver *driver = chaos->world.driver;
    size_t other = (i + 1) % SPARE;
    int ends[2] = {-1, -1};

    if (chaos->fds[i] >= 0)
        CHECK_EQ(ops->close(driver, chaos->fds[i]), 0);
    chaos->fds[i] = -1;
    switch (pick(chaos, 6)) {
    case 0: ops->pipe(driver, ends); break;
    case 1: ops->socketpair(driver, AF_UNIX, SOCK_STREAM, ends); break;
    case 2: ops->socketpair(driver, AF_UNIX, SOCK_DGRAM, ends); break;
    case 3: chaos->fds[i] = world_listen(&chaos->world, &chaos->address, 1); return;
    case 4: chaos->fds[i] = ops->socket(driver, AF_INET, SOCK_DGRAM, 0); return;
    default: chaos->fds[i] = ops->socket(driver, AF_INET, SOCK_STREAM, 0); return;
    }
    if (chaos->fds[other] >= 0)
        CHECK_EQ(ops->close(driver, chaos->fds[other]), 0);
    chaos->fds[i] = ends[0];
    chaos->fds[other] = ends[1];
}

/* An accepted connection takes a place. */
static void adopt(struct probe *probe)
{
    struct chaos *chaos = probe->arg;
    size_t i = pick(chaos, SPARE);

    if (probe->op.kind != OP_ACCEPT || probe->op.result < 0)
        return;
    if (chaos->fds[i] >= 0)
        world_shut(&chaos->world, chaos->fds[i]);
    chaos->fds[i] = (int)probe->op.result;
}

static void submit_any(struct chaos *chaos, size_t i)
{
    static const enum op_kind kinds[] = {OP_READ,   OP_WRITE,  OP_RECV,    OP_SEND,
                                         OP_ACCEPT, OP_ACCEPT, OP_CONNECT, OP_POLL};
    struct probe *probe = &chaos->probes[i];
    struct op *op =
        probe_op(probe, &chaos->world, kinds[pick(chaos, 8)], chaos->fds[pick(chaos, SPARE)]);

    probe->arg = chaos;
    probe->then = adopt;
    if (op->kind == OP_CONNECT) {
        op->connect.address = (struct sockaddr *)&chaos->address;
        op->connect.length = sizeof(chaos->address);
    } else if (op->kind == OP_POLL) {
        op->poll.events = pick(chaos, 2) ? POLLIN : POLLOUT;
    } else if (op->kind != OP_ACCEPT) {
        op->rw.data = chaos->data[i];
        op->rw.size = pick(chaos, sizeof(chaos->data[i]));
        op->rw.offset = op->kind == OP_READ || op->kind == OP_WRITE ? OP_STREAM : 0;
    }
    probe_go(probe);
}

static void chaos_step(struct chaos *chaos)
{
    size_t i = pick(chaos, RANDOM_OPS);

    if (pick(chaos, 30) == 0) {
        reopen(chaos, pick(chaos, SPARE));
    } else if (chaos->probes[i].op.state != OP_IDLE) {
        probe_cancel(&chaos->probes[i]);
    } else if (chaos->fds[0] >= 0 || pick(chaos, 2)) {
        submit_any(chaos, i);
    }
    if (pick(chaos, 4) == 0)
        world_wait(&chaos->world, world_now(&chaos->world) + (int64_t)pick(chaos, COIL_MS(2)));
}

static uint64_t chaos_run(struct chaos *chaos, uint64_t seed)
{
    uint64_t sum;

    *chaos = (struct chaos){.random = seed};
    sim_open(&chaos->world, seed);
    memset(chaos->fds, 0xff, sizeof(chaos->fds));
    chaos->address.sin_family = AF_INET;
    for (int i = 0; i < STEPS; i++)
        chaos_step(chaos);
    for (size_t i = 0; i < RANDOM_OPS; i++)
        chaos->probes[i].then = NULL;
    for (size_t i = 0; i < SPARE; i++)
        if (chaos->fds[i] >= 0)
            world_shut(&chaos->world, chaos->fds[i]);
    while (chaos->world.driver->out) {
        for (size_t i = 0; i < RANDOM_OPS; i++) /* accepted and adopted by nobody, or no fd */
            if (chaos->probes[i].op.state == OP_LENT)
                probe_cancel(&chaos->probes[i]);
        CHECK_EQ(world_wait(&chaos->world, 0), 0);
        CHECK_EQ(world_wait(&chaos->world, world_now(&chaos->world) + COIL_MS(1)), 0);
    }
    CHECK_EQ(wait_alone(&chaos->world, COIL_FOREVER), -EDEADLK);
    sum = (uint64_t)world_now(&chaos->world) + (uint64_t)chaos->world.done;
    for (size_t i = 0; i < RANDOM_OPS; i++)
        sum = sum * 31 + (uint64_t)chaos->probes[i].op.result;
    world_close(&chaos->world);
    return sum;
}

TEST(random_programs_come_to_an_end_and_repeat)
{
    static struct chaos chaos;

    for (int faults = 0; faults < 2; faults++) {
        setenv("COIL_SIM_FAULTS", faults ? "10000" : "0", 1);
        for (uint64_t seed = 1; seed <= (uint64_t)kit_effort(500); seed++)
            CHECK_EQ(chaos_run(&chaos, seed), chaos_run(&chaos, seed));
    }
}
