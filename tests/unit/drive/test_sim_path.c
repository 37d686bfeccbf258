/* Open, rename, unlink and so on; as Linux does it. */
#include "sim_world.h"

DRIVER_TEST(opening_makes_cuts_and_refuses)
{
    struct folder folder;
    struct world world;
    struct stat info;
    int fd;

    world_open(&world, 0);
    folder_open(&folder);
    CHECK_EQ(do_open(&world, in(&folder, "f"), O_RDWR), -ENOENT);
    put_file(&world, in(&folder, "f"), "abc");
    CHECK_EQ(do_open(&world, in(&folder, "f"), O_RDWR | O_CREAT | O_EXCL), -EEXIST);
    CHECK_EQ(do_open(&world, in(&folder, "f"), O_RDONLY | O_DIRECTORY), -ENOTDIR);
    CHECK_EQ(do_open(&world, folder.path, O_RDWR), -EISDIR);
    CHECK_EQ(do_open(&world, in(&folder, "f/g"), O_RDWR | O_CREAT), -ENOTDIR);
    CHECK_EQ(do_open(&world, in(&folder, "none/g"), O_RDWR | O_CREAT), -ENOENT);
    CHECK_EQ(do_open(&world, in(&folder, "x/"), O_RDWR | O_CREAT), -EISDIR);
    fd = (int)do_open(&world, in(&folder, "f"), O_RDWR | O_TRUNC);
    CHECK_EQ(do_stat(&world, in(&folder, "f"), &info), 0);
    CHECK_EQ(info.st_size, 0);
    CHECK_EQ(info.st_mode, S_IFREG | 0644);
    world_shut(&world, fd);
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(renaming_replaces_what_was_there)
{
    struct folder folder;
    struct world world;
    char from[200], to[200], text[400];
    int fd;

    world_open(&world, 0);
    folder_open(&folder);
    put_file(&world, strcpy(from, in(&folder, "a")), "from a");
    put_file(&world, strcpy(to, in(&folder, "b")), "from b");
    fd = (int)do_open(&world, to, O_RDONLY);
    CHECK_EQ(do_rename(&world, from, to), 0);
    check_file(&world, to, "from a");
    CHECK_EQ(do_data(&world, OP_READ, fd, text, 6), 6);
    CHECK_EQ(memcmp(text, "from b", 6), 0);
    world_shut(&world, fd);
    CHECK_EQ(do_rename(&world, from, to), -ENOENT);
    CHECK_EQ(do_rename(&world, to, to), 0);
    CHECK_EQ(do_mkdir(&world, in(&folder, "d")), 0);
    CHECK_EQ(do_rename(&world, to, in(&folder, "d")), -EISDIR);
    CHECK_EQ(do_rename(&world, strcpy(from, in(&folder, "d")), to), -ENOTDIR);
    CHECK_EQ(do_rename(&world, from, in(&folder, "d/inside")), -EINVAL);
    CHECK_EQ(do_rename(&world, to, in(&folder, "d/file")), 0);
    CHECK_EQ(do_rename(&world, from, in(&folder, "e")), 0);
    check_file(&world, in(&folder, "e/file"), "from a");
    CHECK_EQ(do_list(&world, folder.path, text), 1);
    CHECK_STR(text, "e ");
    CHECK_EQ(do_mkdir(&world, from), 0);
    CHECK_EQ(do_rename(&world, from, in(&folder, "e")), -ENOTEMPTY);
    folder_close(&folder);
    world_close(&world);
}

/* As the test before, but of files that are really there. */
DRIVER_TEST(real_folders_move_with_what_is_in_them)
{
    struct folder folder;
    struct world world;
    char from[200], to[200], text[400];
    int fd;

    world_open(&world, 0);
    folder_open(&folder);
    CHECK_EQ(mkdir(strcpy(from, in(&folder, "d")), 0755), 0);
    fd = open(in(&folder, "d/f"), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    CHECK_EQ(write(fd, "real", 4), 4);
    close(fd);
    strcpy(to, in(&folder, "e"));
    CHECK_EQ(do_rename(&world, from, to), 0);
    check_file(&world, in(&folder, "e/f"), "real");
    CHECK_EQ(do_list(&world, to, text), 1);
    CHECK_EQ(do_list(&world, from, text), -ENOENT);
    CHECK_EQ(do_rename(&world, in(&folder, "e/f"), from), 0);
    check_file(&world, from, "real");
    CHECK_EQ(do_unlink(&world, to, AT_REMOVEDIR), 0);
    CHECK_EQ(do_list(&world, folder.path, text), 1);
    CHECK_STR(text, "d ");
    CHECK_EQ(do_unlink(&world, from, 0), 0);
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(directories_come_and_go)
{
    struct folder folder;
    struct world world;
    char text[400];

    world_open(&world, 0);
    folder_open(&folder);
    CHECK_EQ(do_mkdir(&world, in(&folder, "d/")), 0);
    CHECK_EQ(do_mkdir(&world, in(&folder, "d")), -EEXIST);
    CHECK_EQ(do_mkdir(&world, in(&folder, "x/y")), -ENOENT);
    put_file(&world, in(&folder, "d/f"), "");
    CHECK_EQ(do_unlink(&world, in(&folder, "d"), AT_REMOVEDIR), -ENOTEMPTY);
    CHECK_EQ(do_unlink(&world, in(&folder, "d"), 0), -EISDIR);
    CHECK_EQ(do_unlink(&world, in(&folder, "d/f"), AT_REMOVEDIR), -ENOTDIR);
    CHECK_EQ(do_unlink(&world, in(&folder, "d/f"), 0), 0);
    CHECK_EQ(do_list(&world, in(&folder, "d"), text), 0);
    CHECK_EQ(do_unlink(&world, in(&folder, "d"), AT_REMOVEDIR), 0);
    CHECK_EQ(do_unlink(&world, in(&folder, "d"), AT_REMOVEDIR), -ENOENT);
    CHECK_EQ(do_list(&world, in(&folder, "d"), text), -ENOENT);
    CHECK_EQ(do_mkdir(&world, in(&folder, "d")), 0);
    CHECK_EQ(do_list(&world, in(&folder, "d"), text), 0);
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(a_fifo_is_a_real_one)
{
    struct folder folder;
    struct world world;
    char data[8];
    int reader, writer;

    world_open(&world, 0);
    folder_open(&folder);
    CHECK_EQ(mkfifo(in(&folder, "f"), 0600), 0);
    CHECK_EQ(do_open(&world, in(&folder, "f"), O_WRONLY), -ENXIO);
    reader = (int)do_open(&world, in(&folder, "f"), O_RDONLY);
    writer = (int)do_open(&world, in(&folder, "f"), O_WRONLY);
    CHECK_EQ(do_data(&world, OP_WRITE, writer, "fifo", 4), 4);
    CHECK_EQ(do_data(&world, OP_READ, reader, data, 8), 4);
    world_shut(&world, writer);
    CHECK_EQ(do_data(&world, OP_READ, reader, data, 8), 0);
    world_shut(&world, reader);
    CHECK_EQ(do_unlink(&world, in(&folder, "f"), 0), 0);
    folder_close(&folder);
    world_close(&world);
}

/* Every allocation and every system call on the way fails once. */
TEST(no_memory_and_no_system_calls_are_errors_and_nothing_is_lost)
{
    struct folder folder;
    char path[200], to[200], text[400];

    setenv("COIL_DRIVER", "sim", 1);
    folder_open(&folder);
    for (int kind = 0; kind < 2; kind++)
        for (uint64_t k = 1; k < 200; k++) {
            struct world world;
            int64_t fd;

            world_open(&world, 0);
            strcpy(path, in(&folder, "f"));
            strcpy(to, in(&folder, "g"));
            coil__fault_arm(kind ? FAULT_SYS : FAULT_ALLOC, k, false);
            fd = do_open(&world, path, O_CREAT | O_RDWR);
            if (fd >= 0) {
                do_data(&world, OP_WRITE, (int)fd, "abc", 3);
                world_shut(&world, (int)fd);
                do_rename(&world, path, to);
                do_list(&world, folder.path, text);
                do_unlink(&world, to, 0);
            }
            coil__fault_arm(kind ? FAULT_SYS : FAULT_ALLOC, 0, false);
            world_close(&world);
        }
    folder_close(&folder);
}
