/* Where paths lead; as Linux does it. */
#include "sim_world.h"

DRIVER_TEST(paths_are_walked_as_linux_walks_them)
{
    struct folder folder;
    struct world world;
    struct stat info;
    char text[400];

    world_open(&world, 0);
    folder_open(&folder);
    CHECK_EQ(do_mkdir(&world, in(&folder, "d")), 0);
    put_file(&world, in(&folder, "d/f"), "hello");
    CHECK_EQ(symlink("d/f", in(&folder, "link")), 0);
    CHECK_EQ(symlink(folder.path, in(&folder, "up")), 0);
    CHECK_EQ(symlink("loop", in(&folder, "loop")), 0);
    check_file(&world, in(&folder, "link"), "hello");
    check_file(&world, in(&folder, "up/d/./../d//f"), "hello");
    CHECK_EQ(do_open(&world, in(&folder, "loop"), O_RDONLY), -ELOOP);
    CHECK_EQ(do_open(&world, in(&folder, "link"), O_RDONLY | O_NOFOLLOW), -ELOOP);
    CHECK_EQ(do_stat(&world, in(&folder, "d/f/"), &info), -ENOTDIR);
    CHECK_EQ(do_stat(&world, in(&folder, "d/f/x"), &info), -ENOTDIR);
    CHECK_EQ(do_stat(&world, in(&folder, "none/x"), &info), -ENOENT);
    CHECK_EQ(do_stat(&world, "", &info), -ENOENT);
    CHECK_EQ(do_stat(&world, in(&folder, "d/"), &info), 0);
    CHECK(S_ISDIR(info.st_mode));
    CHECK_EQ(do_list(&world, folder.path, text), 4);
    CHECK_STR(text, "d link loop up ");
    CHECK_EQ(do_unlink(&world, in(&folder, "link"), 0), 0);
    check_file(&world, in(&folder, "d/f"), "hello");
    CHECK_EQ(do_list(&world, in(&folder, "up"), text), 3);
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(relative_paths_begin_at_the_working_directory)
{
    struct folder folder;
    struct world world;

    world_open(&world, 0);
    folder_open(&folder);
    put_file(&world, in(&folder, "f"), "here");
    CHECK_EQ(chdir(folder.path), 0);
    check_file(&world, "f", "here");
    check_file(&world, "./f", "here");
    CHECK_EQ(chdir("/"), 0);
    folder_close(&folder);
    world_close(&world);
}

DRIVER_TEST(names_and_paths_that_are_too_long_are_told)
{
    static char path[5000];
    struct folder folder;
    struct world world;
    struct stat info;

    world_open(&world, 0);
    folder_open(&folder);
    memset(path, 'a', sizeof(path) - 1);
    memcpy(path, "/tmp/", 5);
    CHECK_EQ(do_stat(&world, path, &info), -ENAMETOOLONG); /* the path */
    path[5 + 256] = '\0';
    CHECK_EQ(do_stat(&world, path, &info), -ENAMETOOLONG); /* the name */
    path[5 + 255] = '\0';
    CHECK_EQ(do_stat(&world, path, &info), -ENOENT);
    folder_close(&folder);
    world_close(&world);
}
