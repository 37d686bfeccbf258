/* Bytes of files; as Linux does it, but for the disk that can be made small. */
#include "drive/sim.h"
#include "sim_world.h"

DRIVER_TEST(a_hole_reads_as_zeros)
{
    struct folder folder;
    struct world world;
    struct stat info;
    char data[200];
    int fd;

    world_open(&world, 0);
    folder_open(&folder);
    fd = (int)do_open(&world, in(&folder, "f"), O_RDWR | O_CREAT);
    CHECK_EQ(do_at(&world, OP_WRITE, fd, "end", 3, 1000000), 3);
    CHECK_EQ(do_at(&world, OP_READ, fd, data, 200, 999900), 103);
    for (int i = 0; i < 100; i++)
        CHECK_EQ(data[i], 0);
    CHECK_EQ(memcmp(data + 100, "end", 3), 0);
    CHECK_EQ(do_at(&world, OP_READ, fd, data, 200, 1000003), 0);
    CHECK_EQ(do_stat(&world, in(&folder, "f"), &info), 0);
    CHECK_EQ(info.st_size, 1000003);
    CHECK(info.st_blocks * 512 < 100000);
    world_shut(&world, fd);
    folder_close(&folder);
    world_close(&world);
}

TEST(bytes_come_back_whatever_the_offsets)
{
    static char model[30000], data[30000];
    struct folder folder;
    struct world world;
    uint64_t random = 9;
    size_t size = 0;
    int fd;

    sim_open(&world, 0);
    folder_open(&folder);
    fd = (int)do_open(&world, in(&folder, "f"), O_RDWR | O_CREAT);
    for (int i = 0; i < 2000; i++) {
        size_t at, count;

        random = random * 6364136223846793005u + 1442695040888963407u;
        at = (random >> 33) % 20000;
        count = (random >> 45) % 9000;
        if (i % 2) {
            memset(model + at, i, count);
            size = count && at + count > size ? at + count : size;
            CHECK_EQ(do_at(&world, OP_WRITE, fd, model + at, count, (int64_t)at), count);
        } else {
            size_t there = at < size ? size - at : 0;

            CHECK_EQ(do_at(&world, OP_READ, fd, data, count, (int64_t)at),
                     count < there ? count : there);
            CHECK_EQ(memcmp(data, model + at, count < there ? count : there), 0);
        }
    }
    world_shut(&world, fd);
    folder_close(&folder);
    world_close(&world);
}

TEST(a_full_disk_takes_what_fits_then_nothing_until_there_is_room)
{
    static char block[20000];
    struct folder folder;
    struct world world;
    int fd;

    sim_open(&world, 0);
    folder_open(&folder);
    coil__sim_set_disk_bytes(world.driver, 4 * 4096);
    fd = (int)do_open(&world, in(&folder, "f"), O_RDWR | O_CREAT);
    CHECK_EQ(do_data(&world, OP_WRITE, fd, block, sizeof(block)), 4 * 4096);
    CHECK_EQ(do_data(&world, OP_WRITE, fd, block, 1), -ENOSPC);
    CHECK_EQ(do_at(&world, OP_WRITE, fd, block, 100, 50), 100);
    CHECK_EQ(do_unlink(&world, in(&folder, "f"), 0), 0);
    CHECK_EQ(do_data(&world, OP_WRITE, fd, block, 1), -ENOSPC);
    world_shut(&world, fd);
    put_file(&world, in(&folder, "g"), "room again");
    folder_close(&folder);
    world_close(&world);
}

TEST(the_environment_makes_the_disk_small)
{
    static char block[20000];
    struct world world;
    int fd;

    setenv("COIL_SIM_DISK_BYTES", "8192", 1);
    sim_open(&world, 0);
    fd = (int)do_open(&world, "/tmp/coil-no-such-file", O_RDWR | O_CREAT);
    CHECK_EQ(do_data(&world, OP_WRITE, fd, block, sizeof(block)), 8192);
    CHECK_EQ(do_data(&world, OP_WRITE, fd, block, 1), -ENOSPC);
    world_shut(&world, fd);
    world_close(&world);
    unsetenv("COIL_SIM_DISK_BYTES");
}

DRIVER_TEST(dev_full_is_full_and_dev_null_is_not)
{
    struct world world;
    int fd;

    world_open(&world, 0);
    fd = (int)do_open(&world, "/dev/full", O_WRONLY);
    CHECK_EQ(do_data(&world, OP_WRITE, fd, "x", 1), -ENOSPC);
    world_shut(&world, fd);
    fd = (int)do_open(&world, "/dev/null", O_RDWR);
    CHECK_EQ(do_data(&world, OP_WRITE, fd, "abc", 3), 3);
    world_shut(&world, fd);
    world_close(&world);
}
