/* Sizes, modes and links; as Linux does it. */
#include "drive/sim.h"
#include "sim_world.h"

#include <limits.h>
#include <sys/prctl.h>

static void put_really(const char *path, const char *text)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

    CHECK_EQ(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

DRIVER_TEST(a_real_file_is_cut_and_lengthened)
{
    struct folder folder;
    struct world world;
    struct stat info;
    char data[8];
    int fd;

    world_open(&world, 0);
    folder_open(&folder);
    put_really(in(&folder, "f"), "abcdef");
    CHECK_EQ(do_set(&world, OP_TRUNCATE, in(&folder, "f"), -1, 3), 0);
    fd = (int)do_open(&world, in(&folder, "f"), O_RDWR);
    CHECK_EQ(do_set(&world, OP_TRUNCATE, NULL, fd, 6), 0);
    CHECK_EQ(do_at(&world, OP_READ, fd, data, 8, 0), 6);
    CHECK_EQ(memcmp(data, "abc\0\0", 6), 0); /* nothing comes back */
    CHECK_EQ(do_stat(&world, in(&folder, "f"), &info), 0);
    CHECK_EQ(info.st_size, 6);
    CHECK_EQ(do_set(&world, OP_TRUNCATE, NULL, fd, -1), -EINVAL);
    world_shut(&world, fd);
    CHECK_EQ(do_set(&world, OP_TRUNCATE, NULL, fd, 0), -EBADF);
    CHECK_EQ(do_set(&world, OP_TRUNCATE, folder.path, -1, 0), -EISDIR);
    CHECK_EQ(do_set(&world, OP_TRUNCATE, "/dev/null", -1, 0), -EINVAL);
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(the_size_is_the_right_of_who_may_write)
{
    struct folder folder;
    struct world world;
    int fd;

    world_open(&world, 0);
    folder_open(&folder);
    put_file(&world, in(&folder, "f"), "abc");
    fd = (int)do_open(&world, in(&folder, "f"), O_RDONLY);
    CHECK_EQ(do_set(&world, OP_TRUNCATE, NULL, fd, 0), -EINVAL);
    CHECK_EQ(do_set(&world, OP_CHMOD, NULL, fd, 0600), 0); /* of the mode it is the owner's */
    world_shut(&world, fd);
    fd = (int)do_open(&world, folder.path, O_RDONLY);
    CHECK_EQ(do_set(&world, OP_TRUNCATE, NULL, fd, 0), -EINVAL);
    world_shut(&world, fd);
    folder_close(&folder);
    world_close(&world);
}

TEST(what_is_cut_off_makes_room_on_the_disk)
{
    static char block[4 * 4096];
    struct folder folder;
    struct world world;
    struct stat info;
    int fd;

    sim_open(&world, 0);
    folder_open(&folder);
    coil__sim_set_disk_bytes(world.driver, sizeof(block));
    put_really(in(&folder, "f"), "real bytes take no room");
    fd = (int)do_open(&world, in(&folder, "f"), O_RDWR);
    CHECK_EQ(do_at(&world, OP_WRITE, fd, block, sizeof(block), 4096), sizeof(block));
    CHECK_EQ(do_at(&world, OP_WRITE, fd, block, 1, 100000), -ENOSPC);
    CHECK_EQ(do_set(&world, OP_TRUNCATE, NULL, fd, 4096 + 1), 0); /* three of four are free */
    CHECK_EQ(do_fstat(&world, fd, &info), 0);
    CHECK_EQ(info.st_blocks * 512, 2 * 4096);
    CHECK_EQ(do_at(&world, OP_WRITE, fd, block, sizeof(block), 8192), 3 * 4096);
    CHECK_EQ(do_set(&world, OP_TRUNCATE, NULL, fd, 0), 0);
    CHECK_EQ(do_at(&world, OP_WRITE, fd, block, sizeof(block), 0), sizeof(block));
    CHECK_EQ(do_set(&world, OP_TRUNCATE, NULL, fd, INT64_MAX), -EFBIG);
    world_shut(&world, fd);
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(modes_are_of_files_and_folders_real_and_made)
{
    static const char *const names[] = {"real", "made", "folder"};
    struct folder folder;
    struct world world;
    struct stat info;

    world_open(&world, 0);
    folder_open(&folder);
    put_really(in(&folder, "real"), "real");
    CHECK_EQ(mkdir(in(&folder, "folder"), 0755), 0);
    put_really(in(&folder, "folder/f"), "in it");
    put_file(&world, in(&folder, "made"), "made");
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(do_set(&world, OP_CHMOD, in(&folder, names[i]), -1, 0711), 0);
        CHECK_EQ(do_stat(&world, in(&folder, names[i]), &info), 0);
        CHECK_EQ(info.st_mode & 07777, 0711);
    }
    check_file(&world, in(&folder, "folder/f"), "in it");
    check_file(&world, in(&folder, "real"), "real");
    CHECK_EQ(do_set(&world, OP_CHMOD, in(&folder, "none"), -1, 0), -ENOENT);
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(the_mode_of_what_is_another_s_stays)
{
    uid_t us = geteuid();
    struct world world;

    if (us == 0)
        CHECK_EQ(seteuid(65534), 0);
    world_open(&world, 0);
    CHECK_EQ(do_set(&world, OP_CHMOD, "/etc/passwd", -1, 0777), -EPERM);
    CHECK_EQ(do_set(&world, OP_CHMOD, "/usr", -1, 0777), -EPERM);
    world_close(&world);
    CHECK_EQ(seteuid(us), 0);
    prctl(PR_SET_DUMPABLE, 1); /* as before: the leak checker looks into us */
}

DRIVER_TEST(a_file_lives_as_long_as_one_of_its_names)
{
    struct folder folder;
    struct world world;
    struct stat info;
    char first[200], second[200];

    world_open(&world, 0);
    folder_open(&folder);
    put_really(strcpy(first, in(&folder, "a")), "abc");
    strcpy(second, in(&folder, "b"));
    CHECK_EQ(do_link(&world, first, second), 0);
    CHECK_EQ(do_unlink(&world, first, 0), 0);
    check_file(&world, second, "abc");
    CHECK_EQ(do_link(&world, second, first), 0);
    CHECK_EQ(do_rename(&world, second, in(&folder, "c")), 0);
    CHECK_EQ(do_unlink(&world, in(&folder, "c"), 0), 0);
    put_file(&world, first, "changed");
    CHECK_EQ(do_stat(&world, first, &info), 0);
    CHECK_EQ(info.st_nlink, 1);
    CHECK_EQ(do_unlink(&world, first, 0), 0);
    folder_close(&folder);
    world_close(&world);
}

/* The simulator makes no second name of what is real and no file. */
TEST(only_files_and_symbolic_links_get_another_name)
{
    struct folder folder;
    struct world world;

    sim_open(&world, 0);
    folder_open(&folder);
    CHECK_EQ(do_link(&world, "/dev/null", in(&folder, "a")), -EPERM);
    CHECK_EQ(do_link(&world, folder.path, in(&folder, "a")), -EPERM);
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(links_made_here_are_walked_as_real_ones)
{
    struct folder folder;
    struct world world;
    char text[PATH_MAX + 1], long_one[PATH_MAX + 1];

    world_open(&world, 0);
    folder_open(&folder);
    CHECK_EQ(do_mkdir(&world, in(&folder, "d")), 0);
    put_file(&world, in(&folder, "d/f"), "hello");
    CHECK_EQ(do_symlink(&world, "d", in(&folder, "to-d")), 0);
    CHECK_EQ(do_symlink(&world, folder.path, in(&folder, "d/up")), 0);
    CHECK_EQ(do_symlink(&world, "loop", in(&folder, "loop")), 0);
    check_file(&world, in(&folder, "to-d/up/d/../to-d/f"), "hello");
    CHECK_EQ(do_open(&world, in(&folder, "loop"), O_RDONLY), -ELOOP);
    CHECK_EQ(do_readlink(&world, in(&folder, "d/up"), text, sizeof(text)), strlen(folder.path));
    CHECK_EQ(memcmp(text, folder.path, strlen(folder.path)), 0);
    CHECK_EQ(do_readlink(&world, in(&folder, "d/up"), text, 2), 2);
    CHECK_EQ(do_readlink(&world, in(&folder, "d/up"), text, 0), -EINVAL);
    memset(long_one, 'x', PATH_MAX);
    long_one[PATH_MAX] = '\0';
    CHECK_EQ(do_symlink(&world, long_one, in(&folder, "s")), -ENAMETOOLONG);
    long_one[PATH_MAX - 1] = '\0';
    CHECK_EQ(do_symlink(&world, long_one, in(&folder, "s")), 0);
    strcpy(long_one, in(&folder, "s"));
    CHECK_EQ(do_link(&world, long_one, in(&folder, "t")), 0);
    CHECK_EQ(do_readlink(&world, in(&folder, "t"), text, sizeof(text)), PATH_MAX - 1);
    folder_close(&folder);
    world_close(&world);
}

TEST(without_memory_nothing_is_there)
{
    struct folder folder;
    struct world world;
    struct stat info;

    sim_open(&world, 0);
    folder_open(&folder);
    put_file(&world, in(&folder, "f"), "abc");
    for (uint64_t k = 1, count = 1; count >= k; k++) {
        int64_t results[3];

        coil__fault_arm(FAULT_ALLOC, k, false);
        results[0] = do_symlink(&world, "f", in(&folder, "s"));
        results[1] = do_link(&world, folder.path, in(&folder, "d"));
        results[2] = do_readlink(&world, in(&folder, "s"), (char[8]){0}, 8);
        count = coil__fault_count(FAULT_ALLOC);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK(results[0] == 0 || results[0] == -ENOMEM);
        CHECK(results[1] == -EPERM || results[1] == -ENOMEM);
        CHECK(results[2] == 1 || results[2] == -ENOMEM || results[0] != 0);
        CHECK_EQ(do_lstat(&world, in(&folder, "s"), &info), results[0] ? -ENOENT : 0);
        CHECK_EQ(do_unlink(&world, in(&folder, "s"), 0), results[0] ? -ENOENT : 0);
    }
    folder_close(&folder);
    world_close(&world);
}

TEST(what_it_copies_is_read_and_written)
{
    struct folder folder;
    struct world world;
    int fd;

    sim_open(&world, 0);
    folder_open(&folder);
    fd = (int)do_open(&world, in(&folder, "f"), O_RDWR | O_CREAT);
    CHECK_EQ(do_copy(&world, fd, fd, 0, 10), -ENOSYS);
    world_shut(&world, fd);
    folder_close(&folder);
    world_close(&world);
}
