/* Files copied whole: the kernel copies, on the simulator they are read and written. */
#include <coil/file.h>

#include <stdlib.h>
#include <unistd.h>

#include "base/fault.h"
#include "loop/loop.h"
#include "unit/io/small_disk.h"
#include "unit/loop/inside.h"

static const char *at(const char *name)
{
    return kit_path(name);
}

static coil_async void put(const char *name, const char *data, size_t size, unsigned mode)
{
    CHECK_EQ(coil_write_file(at(name), data, size), 0);
    CHECK_EQ(coil_chmod(at(name), mode), 0);
}

/* What two files have in them, and their modes. */
static coil_async void check_same(const char *one, const char *other)
{
    struct stat about[2];
    char *data[2];
    size_t size[2];

    CHECK_EQ(coil_read_file(one, &data[0], &size[0]), 0);
    CHECK_EQ(coil_read_file(other, &data[1], &size[1]), 0);
    CHECK_EQ(size[0], size[1]);
    CHECK(memcmp(data[0], data[1], size[0]) == 0);
    CHECK_EQ(coil_stat(one, &about[0]), 0);
    CHECK_EQ(coil_stat(other, &about[1]), 0);
    CHECK_EQ(about[0].st_mode, about[1].st_mode);
    free(data[0]);
    free(data[1]);
}

static char *pattern(size_t size)
{
    char *data = malloc(size);

    for (size_t i = 0; i < size; i++)
        data[i] = (char)(i * 31 + i / 1000);
    return data;
}

DRIVER_LOOP_TEST(files_of_every_size_are_copied_with_their_mode)
{
    static const size_t sizes[] = {0, 1, 4096, 131072, 131073, 300001, (8 << 20) + 5};
    char *data = pattern((8 << 20) + 5);

    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        put("a", data, sizes[i], i % 2 ? 0640 : 04750);
        CHECK_EQ(coil_copy_file(at("a"), at("b")), 0);
        check_same(at("a"), at("b"));
        if (i % 2)
            CHECK_EQ(coil_unlink(at("b")), 0); /* each makes one, and finds one */
    }
    free(data);
}

static bool kernel_copies(void)
{
    int fd = open(at("probe"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool copied;

    CHECK_EQ(write(fd, "x", 1), 1);
    copied = copy_file_range(fd, &(off_t){0}, fd, &(off_t){1}, 1, 0) == 1;
    close(fd);
    return copied;
}

DRIVER_LOOP_TEST(the_kernel_copies_much_at_once)
{
    const size_t size = 10 << 20;
    char *data = pattern(size);
    uint64_t before;

    if (strcmp(getenv("COIL_DRIVER"), "sim") == 0 || !kernel_copies())
        SKIP("here it is read and written");
    put("a", data, size, 0600);
    before = coil_loop_current()->driver->submitted;
    CHECK_EQ(coil_copy_file(at("a"), at("b")), 0);
    CHECK(coil_loop_current()->driver->submitted - before < 20); /* by hand: eighty writes */
    check_same(at("a"), at("b"));
    free(data);
}

DRIVER_LOOP_TEST(what_was_there_is_replaced)
{
    put("a", "short", 5, 0644);
    put("b", "a longer one", 12, 0600);
    CHECK_EQ(coil_copy_file(at("a"), at("b")), 0);
    check_same(at("a"), at("b"));
    put("a", "", 0, 0644);
    CHECK_EQ(coil_copy_file(at("a"), at("b")), 0);
    check_same(at("a"), at("b"));
}

DRIVER_LOOP_TEST(who_may_only_be_read_is_copied_all_the_same)
{
    put("a", "read me", 7, 0444);
    CHECK_EQ(coil_copy_file(at("a"), at("b")), 0);
    check_same(at("a"), at("b"));
}

DRIVER_LOOP_TEST(symbolic_links_are_followed)
{
    put("a", "data", 4, 0600);
    CHECK_EQ(coil_symlink("a", at("from")), 0);
    CHECK_EQ(coil_symlink("b", at("to")), 0);
    CHECK_EQ(coil_copy_file(at("from"), at("to")), 0);
    check_same(at("a"), at("b"));
}

DRIVER_LOOP_TEST(a_file_that_tells_no_size_is_copied_whole)
{
    CHECK_EQ(coil_copy_file("/proc/version", at("b")), 0);
    check_same("/proc/version", at("b"));
}

DRIVER_LOOP_TEST(a_file_is_not_copied_onto_itself)
{
    put("a", "keep", 4, 0644);
    put("b", "keep", 4, 0644);
    CHECK_EQ(coil_link(at("a"), at("name")), 0);
    CHECK_EQ(coil_symlink("a", at("link")), 0);
    CHECK_EQ(coil_copy_file(at("a"), at("a")), -EINVAL);
    CHECK_EQ(coil_copy_file(at("a"), at("name")), -EINVAL);
    CHECK_EQ(coil_copy_file(at("link"), at("a")), -EINVAL);
    check_same(at("a"), at("b"));
}

DRIVER_LOOP_TEST(what_is_no_file_is_not_copied)
{
    struct stat about;

    CHECK_EQ(coil_mkdir(at("dir"), 0700), 0);
    put("a", "data", 4, 0600);
    CHECK_EQ(coil_copy_file(at("none"), at("b")), -ENOENT);
    CHECK_EQ(coil_copy_file(at("dir"), at("b")), -EISDIR);
    CHECK_EQ(coil_copy_file("/dev/zero", at("b")), -EINVAL);
    CHECK_EQ(coil_stat(at("b"), &about), -ENOENT);
    CHECK_EQ(coil_copy_file(at("a"), at("dir")), -EISDIR);
    CHECK_EQ(coil_copy_file(at("a"), at("none/b")), -ENOENT);
    CHECK_EQ(coil_copy_file(at("a"), "/dev/null"), -EINVAL);
}

/* What went onto the disk is there, and no more. */
static coil_async void fills_the_disk(void)
{
    static char block[50000];
    struct stat about;

    CHECK_EQ(coil_write_file(at("a"), block, sizeof(block)), 0);
    CHECK_EQ(coil_copy_file(at("a"), at("b")), -ENOSPC);
    CHECK_EQ(coil_stat(at("b"), &about), 0);
    CHECK(about.st_size > 0 && about.st_size < 50000);
    CHECK_EQ(coil_truncate(at("a"), 10000), 0);
    CHECK_EQ(coil_copy_file(at("a"), at("b")), 0);
    check_same(at("a"), at("b"));
}

DRIVER_TEST(a_full_disk_is_told)
{
    mount_a_small_disk();
    run_inside(fills_the_disk, NULL);
}

static coil_async struct coil_result copies(void *arg)
{
    return coil_error(coil_copy_file(at("a"), arg));
}

/* What there is of the copy is what the file begins with. */
static coil_async void check_begun(const char *data, size_t most)
{
    char *copied;
    size_t size;
    int err = coil_read_file(at("b"), &copied, &size);

    if (err == -ENOENT)
        return;
    CHECK_EQ(err, 0);
    CHECK(size <= most && memcmp(copied, data, size) == 0);
    free(copied);
}

static coil_async void cancel_at_any_moment(void)
{
    char *data = pattern(1000000), *to = strdup(at("b"));
    bool whole = false;

    put("a", data, 1000000, 0600);
    for (int turns = 0; turns < 300 && !whole; turns++) {
        struct coil_future *task = coil_create_task(copies, to);
        int64_t status;

        let_run(turns);
        coil_future_cancel(task, NULL);
        status = coil_join(task).status;
        CHECK(status == 0 || status == -ECANCELED);
        whole = status == 0;
        check_begun(data, 1000000);
        coil_unlink(to);
    }
    CHECK_EQ(coil_copy_file(at("a"), to), 0);
    check_same(at("a"), to);
    CHECK_EQ(coil_unlink(to), 0);
    free(data);
    free(to);
}

DRIVER_LOOP_TEST(cancelled_at_any_moment_the_file_is_whole_and_the_copy_a_part_of_it)
{
    int before = kit_count_descriptors();

    cancel_at_any_moment();
    CHECK_EQ(kit_count_descriptors(), before);
}

TEST(in_any_simulated_world_it_is_the_same)
{
    for (uint64_t seed = 1; seed <= (uint64_t)kit_effort(5); seed++) {
        struct coil_loop_options options = {.driver = "sim", .sim_seed = seed};
        struct inside inside = {cancel_at_any_moment};

        CHECK_EQ(coil_run_with(inside_main, &inside, &options).status, 0);
    }
}

/* Every system call, and every allocation, failing in turn: it says so, or it has found another
 * way. */
static coil_async void fail_in_turn(enum fault_kind kind)
{
    char *data = pattern(200000);
    int before = kit_count_descriptors();
    uint64_t k = 0, count;
    int err;

    put("a", data, 200000, 0640);
    do {
        coil__fault_arm(kind, ++k, false);
        err = coil_copy_file(at("a"), at("b"));
        count = coil__fault_count(kind);
        coil__fault_arm(kind, 0, false);
        CHECK_EQ(kit_count_descriptors(), before);
        if (err == 0)
            check_same(at("a"), at("b"));
        else
            check_begun(data, 200000);
    } while (count >= k && k < 1000);
    CHECK_EQ(err, 0);
    CHECK(k > 2 || kind != FAULT_SYS); /* the kernel needs none of our memory */
    free(data);
}

DRIVER_LOOP_TEST(whatever_fails_is_told_or_done_otherwise)
{
    fail_in_turn(FAULT_SYS);
    fail_in_turn(FAULT_ALLOC);
}
