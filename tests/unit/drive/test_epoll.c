/* What is epoll's own: the choice by probing, and what a sleep costs. */
#include "world.h"

TEST(submit_and_cancel_make_no_system_call)
{
    struct world world;
    struct probe probe;
    int ends[2];

    setenv("COIL_DRIVER", "epoll", 1);
    world_open(&world, 0);
    open_pipe(ends);
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    probe_poll(&probe, &world, ends[0], POLLIN);
    CHECK_EQ(coil__fault_count(FAULT_SYS), 0);
    world_wait(&world, 0);
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    probe_cancel(&probe);
    world_finish(&world, &probe);
    CHECK_EQ(coil__fault_count(FAULT_SYS), 0);
    close_both(ends);
    world_close(&world);
}

TEST(a_sleep_to_a_deadline_is_one_system_call)
{
    struct world world;

    setenv("COIL_DRIVER", "epoll", 1);
    world_open(&world, 0);
    world_wait(&world, world_now(&world) + COIL_US(100));
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    world_wait(&world, world_now(&world) + COIL_MS(kit_slowness())); /* over when it looks: none */
    CHECK_EQ(coil__fault_count(FAULT_SYS), 1);
    world_close(&world);
}

TEST(an_interrupted_sleep_returns_for_nothing)
{
    struct world world;

    setenv("COIL_DRIVER", "epoll", 1);
    world_open(&world, 0);
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(world_wait(&world, COIL_FOREVER), 0);
    world_close(&world);
}

TEST(opening_fails_with_the_worlds_error_and_leaves_nothing)
{
    struct driver_options options = {.wake_fd = eventfd(0, EFD_CLOEXEC)};
    struct driver *driver;

    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__driver_open("epoll", &options, &driver), -EMFILE);
    coil__fault_arm(FAULT_SYS, 2, false);
    CHECK_EQ(coil__driver_open("epoll", &options, &driver), -ENOSPC);
    coil__fault_arm(FAULT_SYS, 0, false);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil__driver_open("epoll", &options, &driver), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 2, false);
    CHECK_EQ(coil__driver_open("epoll", &options, &driver), -ENOMEM);
    close(options.wake_fd);
}
