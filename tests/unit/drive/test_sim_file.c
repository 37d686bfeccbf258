/* Open files; as Linux does it. */
#include "sim_world.h"

DRIVER_TEST(a_descriptor_has_a_position_and_o_append_goes_to_the_end)
{
    struct folder folder;
    struct world world;
    char data[20];
    int fd, other;

    world_open(&world, 0);
    folder_open(&folder);
    put_file(&world, in(&folder, "f"), "abcdef");
    fd = (int)do_open(&world, in(&folder, "f"), O_RDWR);
    other = (int)do_open(&world, in(&folder, "f"), O_WRONLY | O_APPEND);
    CHECK_EQ(do_data(&world, OP_READ, fd, data, 2), 2);
    CHECK_EQ(do_data(&world, OP_WRITE, other, "gh", 2), 2);
    CHECK_EQ(do_at(&world, OP_READ, fd, data, 1, 7), 1);
    CHECK_EQ(data[0], 'h');
    CHECK_EQ(do_data(&world, OP_WRITE, fd, "CD", 2), 2);
    check_file(&world, in(&folder, "f"), "abCDefgh");
    CHECK_EQ(do_data(&world, OP_READ, other, data, 2), -EBADF);
    CHECK_EQ(do_data(&world, OP_RECV, fd, data, 2), -ENOTSOCK);
    world_shut(&world, other);
    world_shut(&world, fd);
    other = (int)do_open(&world, in(&folder, "f"), O_RDONLY);
    CHECK_EQ(do_data(&world, OP_WRITE, other, "gh", 2), -EBADF);
    world_shut(&world, other);
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(a_file_that_is_unlinked_lives_as_long_as_it_is_open)
{
    struct folder folder;
    struct world world;
    struct probe probe;
    struct stat info;
    char data[8];
    int fd;

    world_open(&world, 0);
    folder_open(&folder);
    put_file(&world, in(&folder, "f"), "old");
    fd = (int)do_open(&world, in(&folder, "f"), O_RDWR);
    CHECK_EQ(do_unlink(&world, in(&folder, "f"), 0), 0);
    put_file(&world, in(&folder, "f"), "new one");
    CHECK_EQ(do_at(&world, OP_READ, fd, data, 8, 0), 3);
    CHECK_EQ(memcmp(data, "old", 3), 0);
    CHECK_EQ(do_at(&world, OP_WRITE, fd, "more", 4, 3), 4);
    probe_op(&probe, &world, OP_STAT, fd)->stat.out = &info;
    CHECK_EQ(probe_run(&probe), 0);
    CHECK_EQ(info.st_size, 7);
    CHECK_EQ(info.st_nlink, 0);
    check_file(&world, in(&folder, "f"), "new one");
    world_shut(&world, fd);
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(a_directory_is_opened_but_not_read)
{
    struct world world;
    struct probe probe;
    struct stat info;
    char data[8];
    int fd;

    world_open(&world, 0);
    fd = (int)do_open(&world, "/tmp", O_RDONLY | O_DIRECTORY);
    CHECK_EQ(do_data(&world, OP_READ, fd, data, 8), -EISDIR);
    probe_op(&probe, &world, OP_STAT, fd)->stat.out = &info;
    CHECK_EQ(probe_run(&probe), 0);
    CHECK(S_ISDIR(info.st_mode));
    world_shut(&world, fd);
    world_close(&world);
}
