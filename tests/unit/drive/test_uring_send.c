/* Many sends by the ring that everything else goes by, too. */
#include "world.h"

URING_TEST(a_wake_that_comes_while_many_are_sent_ends_the_next_wait)
{
    struct world world;
    struct drive_send sends[2];
    int ends[2][2];

    world_open(&world, 0);
    for (int i = 0; i < 2; i++) {
        world_stream(&world, STREAM_UNIX, ends[i]);
        sends[i] = (struct drive_send){.data = "!", .size = 1, .fd = ends[i][1]};
    }
    world_wait(&world, 0); /* from now on the kernel watches for it */
    wake(&world);
    world.driver->ops->send(world.driver, sends, 2);
    world_wait(&world, COIL_FOREVER);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(sends[i].result, 1);
        world_shut_both(&world, ends[i]);
    }
    world_close(&world);
}

URING_TEST(a_socket_that_failed_fails_again_in_the_same_turn)
{
    struct world world;
    struct drive_send sends[2];
    struct op op = {.kind = OP_SEND};
    int ends[2][2];

    world_open(&world, 0);
    for (int i = 0; i < 2; i++) {
        world_stream(&world, STREAM_UNIX, ends[i]);
        sends[i] = (struct drive_send){.data = "!", .size = 1, .fd = ends[i][1]};
    }
    world_shut(&world, ends[0][0]);
    world.driver->ops->send(world.driver, sends, 2);
    CHECK_EQ(sends[0].result, -EPIPE);
    op.fd = ends[0][1];
    op.rw.data = "!";
    op.rw.size = 1;
    CHECK_EQ(world.driver->ops->attempt(world.driver, &op), -EPIPE);
    world_shut(&world, ends[0][1]);
    world_shut_both(&world, ends[1]);
    world_close(&world);
}
