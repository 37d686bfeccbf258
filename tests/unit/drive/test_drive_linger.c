/* A socket that lingers at its close, until its peer has all (SO_LINGER), holds nobody up.
 * The simulator's close takes no time. */
#include "world.h"

static size_t write_what_fits(struct world *world, int fd)
{
    static char data[65536];
    size_t size = 0;
    int64_t n;

    do {
        struct probe probe;

        probe_data(&probe, world, OP_SEND, fd, data, sizeof(data));
        settle(world);
        if (!probe.done)
            probe_cancel(&probe);
        n = world_finish(world, &probe);
        size += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    CHECK_EQ(n, -ECANCELED);
    return size;
}

REAL_TEST(a_close_that_lingers_goes_on_while_others_run)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 3600};
    static char data[65536];
    struct world world;
    struct probe close_;
    size_t size;
    int ends[2];

    if (kit_under_valgrind())
        SKIP("under valgrind a close that waits holds up every thread");
    world_open(&world, 0);
    world_stream(&world, STREAM_TCP, ends);
    CHECK_EQ(world.driver->ops->world->set_option(world.driver, ends[1], SOL_SOCKET, SO_LINGER,
                                                  &linger, sizeof(linger)),
             0);
    size = write_what_fits(&world, ends[1]);
    probe_op(&close_, &world, OP_CLOSE, ends[1]);
    probe_go(&close_);
    settle(&world);
    CHECK_EQ(close_.done, 0);
    while (size > 0) {
        int64_t n = do_data(&world, OP_RECV, ends[0], data, sizeof(data));

        CHECK(n > 0);
        size -= (size_t)n;
    }
    CHECK_EQ(world_finish(&world, &close_), 0);
    CHECK_EQ(do_data(&world, OP_RECV, ends[0], data, 1), 0);
    world_shut(&world, ends[0]);
    world_close(&world);
}
