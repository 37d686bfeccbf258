/* The names in a directory. */
#include <coil/file.h>

#include <stdlib.h>
#include <unistd.h>

#include "base/fault.h"
#include "unit/loop/inside.h"

static char folder[128];

static const char *at(int i)
{
    static char path[200];

    snprintf(path, sizeof(path), "%s/file-%d", folder, i);
    return path;
}

/* One file by many names: some file systems take long for thousands of files, when as many have
 * just gone. */
static void fill_folder(int count)
{
    char file[200];

    strcpy(folder, kit_path("folder"));
    CHECK_EQ(mkdir(folder, 0700), 0);
    if (count > 0)
        fclose(fopen(strcpy(file, at(count - 1)), "w"));
    for (int i = count - 2; i >= 0; i--)
        CHECK_EQ(link(file, at(i)), 0);
}

DRIVER_LOOP_TEST(names_come_sorted)
{
    struct coil_listing names;

    fill_folder(12);
    CHECK_EQ(coil_listdir(folder, &names), 0);
    CHECK_EQ(names.count, 12);
    CHECK_STR(names.name[0], "file-0");
    CHECK_STR(names.name[1], "file-1");
    CHECK_STR(names.name[2], "file-10");
    CHECK_STR(names.name[11], "file-9");
    coil_listing_free(&names);
    CHECK_EQ(names.count, 0);
    coil_listing_free(&names);
}

DRIVER_LOOP_TEST(an_empty_directory_has_none)
{
    struct coil_listing names;

    fill_folder(0);
    CHECK_EQ(coil_listdir(folder, &names), 0);
    CHECK_EQ(names.count, 0);
    coil_listing_free(&names);
}

DRIVER_LOOP_TEST(thousands_of_names_are_no_matter)
{
    struct coil_listing names;

    fill_folder(3000);
    CHECK_EQ(coil_listdir(folder, &names), 0);
    CHECK_EQ(names.count, 3000);
    for (size_t i = 1; i < names.count; i++)
        CHECK(strcmp(names.name[i - 1], names.name[i]) < 0);
    coil_listing_free(&names);
}

DRIVER_LOOP_TEST(what_is_no_directory_is_told)
{
    struct coil_listing names = {.count = 77};

    CHECK_EQ(coil_listdir("/dev/null", &names), -ENOTDIR);
    CHECK_EQ(coil_listdir("/no/such", &names), -ENOENT);
    CHECK_EQ(names.count, 77);
}

DRIVER_LOOP_TEST(without_memory_nothing_is_left)
{
    struct coil_listing names;
    uint64_t k = 0, count;
    int err;

    fill_folder(40);
    do {
        coil__fault_arm(FAULT_ALLOC, ++k, false);
        err = coil_listdir(folder, &names);
        count = coil__fault_count(FAULT_ALLOC);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        if (err == 0)
            coil_listing_free(&names);
        else
            CHECK_EQ(err, -ENOMEM);
    } while (count >= k && k < 100);
    CHECK_EQ(err, 0);
    CHECK(k > 2); /* the names found, and their block */
}
