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
