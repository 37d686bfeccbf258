/* Names over the real tree; as Linux does it. */
#include <stdio.h>

#include "sim_world.h"

static void put_really(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    CHECK(file != NULL);
    fputs(text, file);
    fclose(file);
}

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

TEST(nothing_is_written_to_the_real_tree)
{
    struct folder folder;
    struct world world;
    char text[400];

    sim_open(&world, 0);
    folder_open(&folder);
    put_really(in(&folder, "real"), "real");
    put_really(in(&folder, "other"), "other");
    put_file(&world, in(&folder, "real"), "changed");
    put_file(&world, in(&folder, "new"), "new");
    CHECK_EQ(do_unlink(&world, in(&folder, "other"), 0), 0);
    check_file(&world, in(&folder, "real"), "changed");
    CHECK_EQ(do_list(&world, folder.path, text), 2);
    CHECK_STR(text, "new real ");
    CHECK(access(in(&folder, "new"), F_OK) != 0);
    CHECK(access(in(&folder, "other"), F_OK) == 0);
    world_close(&world);
    sim_open(&world, 0);
    check_file(&world, in(&folder, "real"), "real");
    CHECK_EQ(do_list(&world, folder.path, text), 2);
    CHECK_STR(text, "other real ");
    folder_close(&folder);
    world_close(&world);
}

TEST(what_the_real_world_does_to_unchanged_files_is_seen)
{
    struct folder folder;
    struct world world;
    struct stat info;

    sim_open(&world, 0);
    folder_open(&folder);
    CHECK_EQ(do_stat(&world, in(&folder, "f"), &info), -ENOENT);
    put_really(in(&folder, "f"), "one");
    check_file(&world, in(&folder, "f"), "one");
    put_really(in(&folder, "f"), "three");
    check_file(&world, in(&folder, "f"), "three");
    CHECK_EQ(do_stat(&world, in(&folder, "f"), &info), 0);
    CHECK_EQ(info.st_size, 5);
    CHECK_EQ(unlink(in(&folder, "f")), 0);
    CHECK_EQ(do_stat(&world, in(&folder, "f"), &info), -ENOENT);
    folder_close(&folder);
    world_close(&world);
}
