/* Files and pipes, in POSIX's words. On the simulator what is written stays in memory. */
#include <coil/file.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/fault.h"
#include "unit/io/small_disk.h"
#include "unit/io/storm.h"
#include "unit/loop/inside.h"

static char folder[128];

/* The path of a name in a folder of this test's own, gone with it. */
static char *at(const char *name)
{
    static char paths[4][200];
    static int next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static void leave_folder(void)
{
    static const char *const names[] = {"a", "b", "c", "big", "s"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        remove(at(names[i]));
    CHECK_EQ(rmdir(folder), 0);
}

static void enter_folder(void)
{
    strcpy(folder, kit_path("files-XXXXXX"));
    CHECK(mkdtemp(folder) != NULL);
}

#define FOLDER_TEST(id)               \
    static void in_folder_##id(void); \
    DRIVER_LOOP_TEST(id)              \
    {                                 \
        enter_folder();               \
        in_folder_##id();             \
        leave_folder();               \
    }                                 \
    static coil_async void in_folder_##id(void)

static coil_async void check_content(const char *path, const char *expected)
{
    char *data;
    size_t size;

    CHECK_EQ(coil_read_file(path, &data, &size), 0);
    CHECK_EQ(size, strlen(expected));
    CHECK_STR(data, expected);
    free(data);
}

static coil_async void check_content_is_gone(const char *path)
{
    char *data;
    size_t size;

    CHECK_EQ(coil_read_file(path, &data, &size), -ENOENT);
}

FOLDER_TEST(what_is_written_is_read)
{
    int fd = coil_open(at("a"), O_RDWR | O_CREAT, 0600);
    char data[16] = {0};

    CHECK(fd >= 0);
    CHECK_EQ(coil_write(fd, "hello world", 11), 0);
    CHECK_EQ(coil_pread(fd, data, 5, 6), 5);
    CHECK_STR(data, "world");
    CHECK_EQ(coil_pwrite(fd, "W", 1, 6), 0);
    CHECK_EQ(coil_pread(fd, data, sizeof(data), 0), 11); /* short only at the end */
    CHECK(memcmp(data, "hello World", 11) == 0);
    CHECK_EQ(coil_pread(fd, data, 5, 11), 0);
    CHECK_EQ(coil_read(fd, data, 5), 0); /* the position was not moved */
    CHECK_EQ(coil_write(fd, "!", 1), 0);
    CHECK_EQ(coil_fsync(fd), 0);
    CHECK_EQ(coil_fdatasync(fd), 0);
    CHECK_EQ(coil_close(fd), 0);
    check_content(at("a"), "hello World!");
}

FOLDER_TEST(many_buffers_are_written_in_order)
{
    char text[301], expected[1000] = "";
    struct iovec parts[150];
    int fd = coil_open(at("a"), O_WRONLY | O_CREAT, 0600);

    for (int i = 0; i < 150; i++) {
        snprintf(text + 2 * i, 3, "%02d", i % 100);
        parts[i].iov_base = text + 2 * i;
        parts[i].iov_len = i % 7 == 0 ? 0u : (unsigned)i % 2 + 1;
        strncat(expected, text + 2 * i, parts[i].iov_len);
    }
    CHECK_EQ(coil_writev(fd, parts, 150), 0);
    CHECK_EQ(coil_writev(fd, parts, 1), 0); /* an empty one */
    CHECK_EQ(coil_writev(fd, parts, 0), 0);
    CHECK_EQ(coil_close(fd), 0);
    check_content(at("a"), expected);
}

FOLDER_TEST(whole_files_are_replaced_and_read)
{
    size_t size = 300000, got;
    char *big = malloc(size + 1), *data;

    for (size_t i = 0; i < size; i++)
        big[i] = (char)('a' + i % 23);
    big[size] = '\0';
    CHECK_EQ(coil_write_file(at("a"), big, size), 0);
    CHECK_EQ(coil_read_file(at("a"), &data, &got), 0);
    CHECK_EQ(got, size);
    CHECK(memcmp(data, big, size + 1) == 0);
    free(data);
    free(big);
    CHECK_EQ(coil_write_file(at("a"), "short", 5), 0);
    check_content(at("a"), "short");
    CHECK_EQ(coil_write_file(at("a"), "", 0), 0);
    check_content(at("a"), "");
}

DRIVER_LOOP_TEST(a_file_that_tells_no_size_is_read_whole)
{
    char *data;
    size_t size;

    CHECK_EQ(coil_read_file("/proc/self/status", &data, &size), 0);
    CHECK_HAS(data, "Name:");
    CHECK_EQ(strlen(data), size);
    free(data);
}

FOLDER_TEST(names_are_made_changed_and_removed)
{
    struct stat about;

    CHECK_EQ(coil_mkdir(at("a"), 0700), 0);
    CHECK_EQ(coil_mkdir(at("a"), 0700), -EEXIST);
    CHECK_EQ(coil_write_file(at("a/x"), "x", 1), 0);
    CHECK_EQ(coil_rmdir(at("a")), -ENOTEMPTY);
    CHECK_EQ(coil_rename(at("a/x"), at("b")), 0);
    CHECK_EQ(coil_rename(at("a/x"), at("b")), -ENOENT);
    CHECK_EQ(coil_stat(at("b"), &about), 0);
    CHECK(S_ISREG(about.st_mode) && about.st_size == 1);
    CHECK_EQ(coil_stat(at("a"), &about), 0);
    CHECK(S_ISDIR(about.st_mode));
    CHECK_EQ(coil_rmdir(at("a")), 0);
    CHECK_EQ(coil_unlink(at("b")), 0);
    CHECK_EQ(coil_unlink(at("b")), -ENOENT);
    CHECK_EQ(coil_stat(at("b"), &about), -ENOENT);
}

FOLDER_TEST(a_link_is_followed_or_not)
{
    struct stat about;
    int fd;

    CHECK_EQ(symlink("/dev/null", at("s")), 0);
    CHECK_EQ(coil_stat(at("s"), &about), 0);
    CHECK(S_ISCHR(about.st_mode));
    CHECK_EQ(coil_lstat(at("s"), &about), 0);
    CHECK(S_ISLNK(about.st_mode));
    fd = coil_open(at("s"), O_RDONLY, 0);
    CHECK_EQ(coil_fstat(fd, &about), 0);
    CHECK(S_ISCHR(about.st_mode));
    CHECK_EQ(coil_close(fd), 0);
}

FOLDER_TEST(a_file_is_cut_and_lengthened_by_zeros)
{
    static const char zeros[9000];
    char data[9000];
    int fd = coil_open(at("a"), O_RDWR | O_CREAT, 0600);

    CHECK_EQ(coil_write(fd, "hello world", 11), 0);
    CHECK_EQ(coil_ftruncate(fd, 5), 0);
    CHECK_EQ(coil_pread(fd, data, sizeof(data), 0), 5);
    CHECK_EQ(coil_truncate(at("a"), 9000), 0);
    CHECK_EQ(coil_pread(fd, data, sizeof(data), 0), 9000);
    CHECK(memcmp(data, "hello", 5) == 0 && memcmp(data + 5, zeros, 8995) == 0);
    CHECK_EQ(coil_write(fd, "!", 1), 0); /* the position was not moved */
    CHECK_EQ(coil_pread(fd, data, 1, 11), 1);
    CHECK_EQ(data[0], '!');
    CHECK_EQ(coil_ftruncate(fd, -1), -EINVAL);
    CHECK_EQ(coil_close(fd), 0);
    CHECK_EQ(coil_ftruncate(fd, 0), -EBADF);
    fd = coil_open(at("a"), O_RDONLY, 0);
    CHECK_EQ(coil_ftruncate(fd, 0), -EINVAL);
    CHECK_EQ(coil_close(fd), 0);
    CHECK_EQ(coil_truncate("/dev/null", 0), -EINVAL);
}

FOLDER_TEST(what_is_only_a_pipe_has_no_size)
{
    int fds[2];

    CHECK_EQ(coil_pipe(fds), 0);
    CHECK_EQ(coil_ftruncate(fds[1], 0), -EINVAL);
    CHECK_EQ(coil_close(fds[0]), 0);
    CHECK_EQ(coil_close(fds[1]), 0);
}

static coil_async unsigned mode_of(const char *path)
{
    struct stat about;

    CHECK_EQ(coil_stat(path, &about), 0);
    return about.st_mode & 07777;
}

FOLDER_TEST(modes_are_set)
{
    int fd = coil_open(at("a"), O_RDWR | O_CREAT, 0600);

    CHECK_EQ(coil_chmod(at("a"), 04751), 0);
    CHECK_EQ(mode_of(at("a")), 04751);
    CHECK_EQ(coil_fchmod(fd, 0640), 0);
    CHECK_EQ(mode_of(at("a")), 0640);
    CHECK_EQ(coil_close(fd), 0);
    CHECK_EQ(coil_fchmod(fd, 0600), -EBADF);
    CHECK_EQ(coil_chmod(at("b"), 0600), -ENOENT);
    CHECK_EQ(coil_mkdir(at("c"), 0700), 0);
    CHECK_EQ(coil_chmod(at("c"), 0750), 0);
    CHECK_EQ(mode_of(at("c")), 0750);
    CHECK_EQ(coil_write_file(at("c/x"), "x", 1), 0);
    CHECK_EQ(coil_unlink(at("c/x")), 0);
    CHECK_EQ(coil_rmdir(at("c")), 0);
    CHECK_EQ(coil_unlink(at("a")), 0);
}

FOLDER_TEST(a_file_has_two_names)
{
    struct stat about;

    CHECK_EQ(coil_write_file(at("a"), "one", 3), 0);
    CHECK_EQ(coil_link(at("a"), at("b")), 0);
    CHECK_EQ(coil_link(at("a"), at("b")), -EEXIST);
    CHECK_EQ(coil_write_file(at("b"), "two", 3), 0);
    check_content(at("a"), "two");
    CHECK_EQ(coil_stat(at("a"), &about), 0);
    CHECK_EQ(about.st_nlink, 2);
    CHECK_EQ(coil_rename(at("a"), at("b")), 0); /* it has that name already */
    CHECK_EQ(coil_unlink(at("a")), 0);
    check_content(at("b"), "two");
    CHECK_EQ(coil_stat(at("b"), &about), 0);
    CHECK_EQ(about.st_nlink, 1);
    CHECK_EQ(coil_link(at("a"), at("c")), -ENOENT);
    CHECK_EQ(coil_link(folder, at("c")), -EPERM);
    CHECK_EQ(coil_unlink(at("b")), 0);
}

FOLDER_TEST(a_symbolic_link_says_where_it_leads)
{
    char target[9];

    CHECK_EQ(coil_write_file(at("b"), "there", 5), 0);
    CHECK_EQ(coil_symlink("../nowhr", at("a")), 0);
    CHECK_EQ(coil_symlink("b", at("a")), -EEXIST);
    CHECK_EQ(coil_readlink(at("a"), target, sizeof(target)), 8);
    CHECK_STR(target, "../nowhr");
    CHECK_EQ(coil_readlink(at("a"), target, 8), -ENAMETOOLONG);
    CHECK_EQ(coil_readlink(at("a"), target, 0), -EINVAL);
    CHECK_EQ(coil_readlink(at("b"), target, sizeof(target)), -EINVAL);
    CHECK_EQ(coil_readlink(at("c"), target, sizeof(target)), -ENOENT);
    CHECK_EQ(coil_unlink(at("a")), 0);
    CHECK_EQ(coil_symlink("b", at("a")), 0);
    check_content(at("a"), "there");
    CHECK_EQ(coil_link(at("a"), at("c")), 0); /* of the link, not of the file */
    CHECK_EQ(coil_readlink(at("c"), target, sizeof(target)), 1);
    CHECK_EQ(coil_rename(at("c"), at("s")), 0);
    CHECK_EQ(coil_unlink(at("b")), 0);
    check_content_is_gone(at("s"));
    CHECK_EQ(coil_symlink("", at("c")), -ENOENT);
    CHECK_EQ(coil_unlink(at("a")), 0);
    CHECK_EQ(coil_unlink(at("s")), 0);
}

FOLDER_TEST(what_cannot_be_done_is_told)
{
    struct stat about;
    char *data;
    size_t size;
    int fd;

    CHECK_EQ(coil_open(at("a"), O_RDONLY, 0), -ENOENT);
    CHECK_EQ(coil_read_file(at("a"), &data, &size), -ENOENT);
    CHECK_EQ(coil_write_file(at("no/a"), "x", 1), -ENOENT);
    CHECK_EQ(coil_read_file(folder, &data, &size), -EISDIR);
    CHECK_EQ(coil_write_file(folder, "x", 1), -EISDIR);
    CHECK_EQ(coil_close(-1), -EBADF);
    CHECK_EQ(coil_read(-1, &size, 1), -EBADF);
    CHECK_EQ(coil_write(-1, "x", 1), -EBADF);
    CHECK_EQ(coil_fsync(-1), -EBADF);
    CHECK_EQ(coil_fstat(-1, &about), -EBADF);
    CHECK_EQ(coil_write_file(at("b"), "x", 1), 0);
    fd = coil_open(at("b"), O_RDONLY, 0);
    CHECK_EQ(coil_write(fd, "x", 1), -EBADF);
    CHECK_EQ(coil_pread(fd, &size, 1, -1), -EINVAL);
    CHECK_EQ(coil_pwrite(fd, "x", 1, -1), -EINVAL);
    CHECK_EQ(coil_close(fd), 0);
    CHECK_EQ(coil_stat(at("b/x"), &about), -ENOTDIR);
}

static coil_async void tries_what_is_root_s(void)
{
    char *data;
    size_t size;

    CHECK_EQ(coil_open("/etc/shadow", O_RDONLY, 0), -EACCES);
    CHECK_EQ(coil_read_file("/proc/1/environ", &data, &size), -EACCES);
}

DRIVER_TEST(what_is_not_permitted_is_told)
{
    uid_t us = geteuid();

    if (us == 0)
        CHECK_EQ(seteuid(65534), 0); /* to root everything is permitted */
    run_inside(tries_what_is_root_s, NULL);
    CHECK_EQ(seteuid(us), 0);
    prctl(PR_SET_DUMPABLE, 1); /* as before: the leak checker looks into us */
}

DRIVER_LOOP_TEST(a_full_device_is_told)
{
    int fd = coil_open("/dev/full", O_WRONLY, 0);

    CHECK(fd >= 0);
    CHECK_EQ(coil_write(fd, "x", 1), -ENOSPC);
    CHECK_EQ(coil_close(fd), 0);
    CHECK_EQ(coil_write_file("/dev/full", "x", 1), -ENOSPC);
}

static coil_async void fills_the_disk(void)
{
    static char block[200000];
    struct stat about;
    int fd = coil_open(kit_path("big"), O_WRONLY | O_CREAT, 0600);

    CHECK(fd >= 0);
    CHECK_EQ(coil_write(fd, block, sizeof(block)), -ENOSPC);
    CHECK_EQ(coil_fstat(fd, &about), 0);
    CHECK(about.st_size > 0 && about.st_size <= 65536); /* as far as it went */
    CHECK_EQ(coil_close(fd), 0);
    CHECK_EQ(coil_write_file(kit_path("big"), block, sizeof(block)), -ENOSPC);
    CHECK_EQ(coil_write_file(kit_path("big"), block, 4096), 0);
}

DRIVER_TEST(a_full_disk_is_told)
{
    mount_a_small_disk();
    run_inside(fills_the_disk, NULL);
}

/* A simulated world with delays, short reads and writes, and cancels that come too late. */
static void run_seeded(inside_body_fn *body, uint64_t seed)
{
    struct coil_loop_options options = {.driver = "sim", .sim_seed = seed};
    struct inside inside = {body};

    enter_folder();
    CHECK_EQ(coil_run_with(inside_main, &inside, &options).status, 0);
    leave_folder();
}

static int pipes[2];

static coil_async struct coil_result reads_one(void *arg)
{
    char byte;
    int64_t n = coil_read(*(int *)arg, &byte, 1);

    return n == 1 ? coil_number(byte) : coil_error(n < 0 ? n : -ENODATA);
}

DRIVER_LOOP_TEST(a_pipe_brings_bytes_and_its_end)
{
    struct coil_future *task;
    char data[8];

    CHECK_EQ(coil_pipe(pipes), 0);
    task = coil_create_task(reads_one, &pipes[0]);
    let_run(3);
    CHECK(!coil_future_done(task));
    CHECK_EQ(coil_write(pipes[1], "abc", 3), 0);
    CHECK_EQ(coil_join(task).status, 'a');
    CHECK_EQ(coil_close(pipes[1]), 0);
    CHECK_EQ(coil_read(pipes[0], data, sizeof(data)), 2);
    CHECK_EQ(coil_read(pipes[0], data, sizeof(data)), 0);
    CHECK_EQ(coil_close_soon(pipes[0]), 0);
    CHECK_EQ(coil_close_soon(pipes[0]), -EBADF);
}

DRIVER_LOOP_TEST(who_writes_to_a_pipe_nobody_reads_is_told_without_a_signal)
{
    CHECK_EQ(coil_pipe(pipes), 0);
    CHECK_EQ(coil_close(pipes[0]), 0);
    CHECK_EQ(coil_write(pipes[1], "x", 1), -EPIPE);
    CHECK_EQ(coil_close(pipes[1]), 0);
}

DRIVER_LOOP_TEST(closed_while_another_task_reads_that_one_is_told)
{
    struct coil_future *task;

    for (int turns = 0; turns < 4; turns++) {
        CHECK_EQ(coil_pipe(pipes), 0);
        task = coil_create_task(reads_one, &pipes[0]);
        let_run(turns);
        CHECK_EQ(turns % 2 == 0 ? coil_close(pipes[0]) : coil_close_soon(pipes[0]), 0);
        CHECK_EQ(coil_join(task).status, -EBADF);
        CHECK_EQ(coil_close(pipes[1]), 0);
    }
}

static char *pattern;
enum { PATTERN = 1 << 20, PIECE = 1024 };

struct piece {
    int fd, i;
};

static coil_async struct coil_result reads_a_piece(void *arg)
{
    struct piece *piece = arg;
    int64_t offset = piece->i * 7919 % (PATTERN - PIECE);
    char *data = malloc(PIECE);
    int64_t n = coil_pread(piece->fd, data, PIECE, offset);
    bool same = n == PIECE && memcmp(data, pattern + offset, PIECE) == 0;

    free(data);
    return n < 0 ? coil_error(n) : coil_number(same);
}

static coil_async int open_pattern(void)
{
    int fd;

    pattern = malloc(PATTERN);
    for (int i = 0; i < PATTERN; i++)
        pattern[i] = (char)(i * 31 + i / 1000);
    CHECK_EQ(coil_write_file(at("big"), pattern, PATTERN), 0);
    fd = coil_open(at("big"), O_RDONLY, 0);
    CHECK(fd >= 0);
    return fd;
}

FOLDER_TEST(a_thousand_reads_at_once)
{
    struct coil_future *tasks[1000];
    struct piece pieces[1000];
    int fd = open_pattern();

    for (int i = 0; i < 1000; i++) {
        pieces[i] = (struct piece){fd, i};
        tasks[i] = coil_create_task(reads_a_piece, &pieces[i]);
    }
    for (int i = 0; i < 1000; i++)
        CHECK_EQ(coil_join(tasks[i]).status, 1);
    CHECK_EQ(coil_close(fd), 0);
    free(pattern);
}

FOLDER_TEST(signals_that_interrupt_everything_change_nothing)
{
    int fd = open_pattern();
    struct coil_future *task;
    struct piece piece = {fd, 0};

    storm(50);
    for (int i = 0; i < 200; i++) {
        piece.i = i;
        CHECK_EQ(reads_a_piece(&piece).status, 1);
        CHECK_EQ(coil_write_file(at("a"), pattern, 5000), 0);
        CHECK_EQ(coil_pipe(pipes), 0);
        task = coil_create_task(reads_one, &pipes[0]);
        let_run(2);
        CHECK_EQ(coil_write(pipes[1], "a", 1), 0);
        CHECK_EQ(coil_join(task).status, 'a');
        CHECK_EQ(coil_close(pipes[0]), 0);
        CHECK_EQ(coil_close(pipes[1]), 0);
    }
    storm(0);
    CHECK(interrupted > 0);
    CHECK_EQ(coil_close(fd), 0);
    free(pattern);
}

/* Whatever of it is done when it is cancelled, its memory is freed at once. */
static coil_async struct coil_result does_everything(void *arg)
{
    struct piece piece = {coil_open(at("big"), O_RDONLY, 0), 3};
    struct coil_listing names = {0};
    struct stat *about = malloc(sizeof(*about));
    char *data = NULL, *path = strdup(at("c"));
    size_t size;

    (void)arg;
    reads_a_piece(&piece);
    coil_stat(path, about);
    free(about);
    coil_listdir(folder, &names);
    coil_listing_free(&names);
    coil_write_file(path, pattern, 100);
    if (coil_read_file(path, &data, &size) == 0)
        free(data);
    coil_rename(path, at("b"));
    free(path);
    if (piece.fd >= 0)
        coil_close(piece.fd);
    return coil_error(coil_yield());
}

FOLDER_TEST(cancelled_at_any_moment_nothing_is_left)
{
    int fd = open_pattern();

    CHECK_EQ(coil_close(fd), 0);
    for (int turns = 0; turns < 60; turns++) {
        struct coil_future *task = coil_create_task(does_everything, NULL);

        let_run(turns);
        for (int again = 0; again <= turns % 3; again++) {
            coil_future_cancel(task, NULL);
            coil_yield();
        }
        coil_join(task);
    }
    free(pattern);
}

static coil_async struct coil_result opens(void *arg)
{
    int fd = coil_open(arg, O_RDONLY, 0);

    if (fd < 0)
        return coil_error(fd);
    coil_sleep(COIL_FOREVER); /* it is told of the file first, and cancelled here */
    return coil_number(coil_close(fd));
}

FOLDER_TEST(a_file_opened_as_its_opener_is_cancelled_is_not_lost)
{
    CHECK_EQ(coil_write_file(at("a"), "x", 1), 0);
    for (int turns = 0; turns < 10; turns++) {
        struct coil_future *task = coil_create_task(opens, at("a"));

        let_run(turns % 3);
        coil_future_cancel(task, NULL);
        coil_await(task);
        CHECK(coil_future_result(task).status == 0 ||
              coil_future_result(task).status == -ECANCELED);
        coil_future_unref(task);
    }
}

TEST(in_any_simulated_world_it_is_the_same)
{
    for (uint64_t seed = 1; seed <= (uint64_t)kit_effort(20); seed++) {
        run_seeded(in_folder_what_is_written_is_read, seed);
        run_seeded(in_folder_many_buffers_are_written_in_order, seed);
        run_seeded(in_folder_whole_files_are_replaced_and_read, seed);
        run_seeded(in_folder_names_are_made_changed_and_removed, seed);
        run_seeded(in_folder_a_file_is_cut_and_lengthened_by_zeros, seed);
        run_seeded(in_folder_modes_are_set, seed);
        run_seeded(in_folder_a_file_has_two_names, seed);
        run_seeded(in_folder_a_symbolic_link_says_where_it_leads, seed);
        run_seeded(in_folder_cancelled_at_any_moment_nothing_is_left, seed);
        run_seeded(in_folder_a_file_opened_as_its_opener_is_cancelled_is_not_lost, seed);
    }
}

static coil_async struct coil_result closes_when_cancelled(void *arg)
{
    int *fds = arg;

    coil_sleep(COIL_FOREVER);
    CHECK_EQ(coil_close(fds[0]), 0);
    CHECK_EQ(coil_close(fds[1]), 0);
    return coil_error(-ECANCELED);
}

static coil_async struct coil_result opens_a_pipe(void *arg)
{
    CHECK_EQ(coil_pipe(pipes), 0);
    coil_future_unref(coil_create_task(closes_when_cancelled, pipes));
    coil_yield();
    return coil_value(arg);
}

DRIVER_TEST(a_loop_that_closes_lets_tasks_close)
{
    struct coil_loop *loop = open_any();
    struct coil_future *task =
        coil_create_task_with(opens_a_pipe, NULL, &(struct coil_task_options){.loop = loop});

    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 0); /* not in a task */
    coil_future_unref(task);
    coil_loop_close(loop);
    CHECK_EQ(heard_take(), 1);
}

FOLDER_TEST(without_memory_a_file_is_not_read_whole)
{
    int fd = open_pattern();
    char *data;
    uint64_t k = 0, count;
    size_t size;
    int err;

    CHECK_EQ(coil_close(fd), 0);
    do {
        coil__fault_arm(FAULT_ALLOC, ++k, false);
        err = coil_read_file(at("big"), &data, &size);
        count = coil__fault_count(FAULT_ALLOC);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        if (err == 0)
            free(data);
        else
            CHECK_EQ(err, -ENOMEM);
    } while (count >= k && k < 1000);
    CHECK_EQ(err, 0); /* how many there are varies: now and then a thread more is needed */
    CHECK(k > 5);
    free(pattern);
}
