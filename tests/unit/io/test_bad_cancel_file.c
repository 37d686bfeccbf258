/* Cancelled and timed out at every moment: whatever waits for files, pipes, names, children and
 * signals. */
#include <sys/uio.h>

#include <coil/names.h>
#include <coil/signals.h>

#include "unit/io/inflight.h"
#include "unit/io/programs.h"

static char folder[128];

static const char *at(const char *name)
{
    static char path[4][200];
    static int next;

    next = (next + 1) % 4;
    snprintf(path[next], sizeof(path[next]), "%s/%s", folder, name);
    return path[next];
}

/* --- pipes --- */

static void open_pipe(struct flight *f)
{
    CHECK_EQ(coil_pipe(f->fds), 0);
}

static void close_pipe(struct flight *f)
{
    coil_close_soon(f->fds[0]);
    coil_close_soon(f->fds[1]);
}

static coil_async void says(struct flight *f)
{
    CHECK_EQ(coil_write(f->fds[1], "said", 4), 0);
}

static coil_async struct coil_result takes_all(void *arg)
{
    int fd = (int)(intptr_t)arg;
    char data[4096];

    while (coil_read(fd, data, sizeof(data)) > 0)
        ;
    return coil_value(NULL);
}

static void takes(struct flight *f)
{
    coil_future_unref(coil_create_task(takes_all, (void *)(intptr_t)f->fds[0]));
}

static coil_async int64_t reads(struct flight *f)
{
    return coil_read(f->fds[0], f->data, sizeof(f->data));
}

static coil_async int64_t writes(struct flight *f)
{
    return coil_write(f->fds[1], flight_much, FLIGHT_MUCH);
}

static coil_async int64_t writes_parts(struct flight *f)
{
    struct iovec parts[2] = {{flight_much, FLIGHT_MUCH / 2}, {flight_much, FLIGHT_MUCH / 2}};

    return coil_writev(f->fds[1], parts, 2);
}

static const struct kind of_pipes[] = {
    {"read", open_pipe, reads, says, close_pipe, true},
    {"write", open_pipe, writes, takes, close_pipe, true},
    {"writev", open_pipe, writes_parts, takes, close_pipe, true},
};

DRIVER_LOOP_TEST(whatever_waits_in_a_pipe_can_be_cancelled_at_any_moment)
{
    check_kinds(of_pipes, sizeof(of_pipes) / sizeof(of_pipes[0]));
}

DRIVER_TEST(a_loop_ends_with_pipes_in_flight)
{
    check_loops_end(of_pipes, sizeof(of_pipes) / sizeof(of_pipes[0]));
}

/* --- files: they need nobody, and end by themselves --- */

static coil_async void open_file(struct flight *f)
{
    CHECK_EQ(coil_write_file(at("file"), flight_much, 20000), 0);
    f->fds[0] = coil_open(at("file"), O_RDWR, 0);
    CHECK(f->fds[0] >= 0);
    f->fds[1] = 0;
}

static coil_async void close_file(struct flight *f)
{
    if (f->fds[0] >= 0)
        coil_close_soon(f->fds[0]);
    coil_unlink(at("file"));
    coil_unlink(at("other"));
    coil_rmdir(at("folder"));
}

static coil_async int64_t opens(struct flight *f)
{
    int fd = coil_open(at("file"), O_RDONLY, 0);

    (void)f;
    if (fd >= 0)
        coil_close_soon(fd);
    return fd;
}

/* Closed in any case. */
static coil_async int64_t closes(struct flight *f)
{
    int fd = f->fds[0];

    f->fds[0] = -1;
    return fd >= 0 ? coil_close(fd) : 0;
}

static coil_async int64_t preads(struct flight *f)
{
    return coil_pread(f->fds[0], f->data, sizeof(f->data), 5);
}

static coil_async int64_t pwrites(struct flight *f)
{
    return coil_pwrite(f->fds[0], flight_much, 5000, 5);
}

static coil_async int64_t syncs(struct flight *f)
{
    return coil_fsync(f->fds[0]);
}

static coil_async int64_t syncs_data(struct flight *f)
{
    return coil_fdatasync(f->fds[0]);
}

static coil_async int64_t stats(struct flight *f)
{
    return coil_stat(at("file"), (struct stat *)(void *)f->data);
}

static coil_async int64_t lstats(struct flight *f)
{
    return coil_lstat(at("file"), (struct stat *)(void *)f->data);
}

static coil_async int64_t fstats(struct flight *f)
{
    return coil_fstat(f->fds[0], (struct stat *)(void *)f->data);
}

/* What was cancelled may have been done: then it cannot be done again, and that is fine. */
static int64_t unless_done(int64_t status)
{
    return status == -ENOENT || status == -EEXIST ? 0 : status;
}

static coil_async int64_t renames(struct flight *f)
{
    (void)f;
    return unless_done(coil_rename(at("file"), at("other")));
}

static coil_async int64_t unlinks(struct flight *f)
{
    (void)f;
    return unless_done(coil_unlink(at("file")));
}

static coil_async int64_t makes_folder(struct flight *f)
{
    (void)f;
    return unless_done(coil_mkdir(at("folder"), 0700));
}

static coil_async void open_folder(struct flight *f)
{
    open_file(f);
    CHECK_EQ(coil_mkdir(at("folder"), 0700), 0);
}

static coil_async int64_t removes_folder(struct flight *f)
{
    (void)f;
    return unless_done(coil_rmdir(at("folder")));
}

static coil_async int64_t lists(struct flight *f)
{
    struct coil_listing names = {0};
    int err = coil_listdir(folder, &names);

    (void)f;
    coil_listing_free(&names);
    return err;
}

static coil_async int64_t reads_file(struct flight *f)
{
    char *data = NULL;
    size_t size;
    int err = coil_read_file(at("file"), &data, &size);

    (void)f;
    free(data);
    return err;
}

static coil_async int64_t writes_file(struct flight *f)
{
    (void)f;
    return coil_write_file(at("other"), flight_much, 5000);
}

static coil_async int64_t truncates(struct flight *f)
{
    (void)f;
    return coil_truncate(at("file"), 100);
}

static coil_async int64_t ftruncates(struct flight *f)
{
    return coil_ftruncate(f->fds[0], 100);
}

static coil_async int64_t chmods(struct flight *f)
{
    (void)f;
    return coil_chmod(at("file"), 0640);
}

static coil_async int64_t fchmods(struct flight *f)
{
    return coil_fchmod(f->fds[0], 0640);
}

static coil_async int64_t links(struct flight *f)
{
    (void)f;
    return unless_done(coil_link(at("file"), at("other")));
}

static coil_async int64_t symlinks(struct flight *f)
{
    (void)f;
    return unless_done(coil_symlink("file", at("other")));
}

static coil_async void open_link(struct flight *f)
{
    open_file(f);
    CHECK_EQ(coil_symlink("file", at("other")), 0);
}

static coil_async int64_t readlinks(struct flight *f)
{
    return coil_readlink(at("other"), f->data, sizeof(f->data));
}

static coil_async int64_t copies_file(struct flight *f)
{
    (void)f;
    return coil_copy_file(at("file"), at("other"));
}

static const struct kind of_files[] = {
    {"open", open_file, opens, NULL, close_file, true},
    {"close", open_file, closes, NULL, close_file, true},
    {"pread", open_file, preads, NULL, close_file, true},
    {"pwrite", open_file, pwrites, NULL, close_file, true},
    {"fsync", open_file, syncs, NULL, close_file, true},
    {"fdatasync", open_file, syncs_data, NULL, close_file, true},
    {"stat", open_file, stats, NULL, close_file, true},
    {"lstat", open_file, lstats, NULL, close_file, true},
    {"fstat", open_file, fstats, NULL, close_file, true},
    {"rename", open_file, renames, NULL, close_file, true},
    {"unlink", open_file, unlinks, NULL, close_file, true},
    {"mkdir", open_file, makes_folder, NULL, close_file, true},
    {"rmdir", open_folder, removes_folder, NULL, close_file, true},
    {"listdir", open_file, lists, NULL, close_file, true},
    {"read_file", open_file, reads_file, NULL, close_file, true},
    {"write_file", open_file, writes_file, NULL, close_file, true},
    {"truncate", open_file, truncates, NULL, close_file, true},
    {"ftruncate", open_file, ftruncates, NULL, close_file, true},
    {"chmod", open_file, chmods, NULL, close_file, true},
    {"fchmod", open_file, fchmods, NULL, close_file, true},
    {"link", open_file, links, NULL, close_file, true},
    {"symlink", open_file, symlinks, NULL, close_file, true},
    {"readlink", open_link, readlinks, NULL, close_file, true},
    {"copy_file", open_file, copies_file, NULL, close_file, true},
};

DRIVER_LOOP_TEST(whatever_is_done_with_files_can_be_cancelled_at_any_moment)
{
    strcpy(folder, kit_path("folder"));
    CHECK_EQ(coil_mkdir(folder, 0700), 0);
    check_kinds(of_files, sizeof(of_files) / sizeof(of_files[0]));
    CHECK_EQ(coil_rmdir(folder), 0);
}

/* --- names --- */

static void open_nothing(struct flight *f)
{
    f->fds[0] = -1;
}

static coil_async int64_t looks_up(struct flight *f)
{
    struct addrinfo *found;
    int err = coil_getaddrinfo("localhost", "80", NULL, &found);

    (void)f;
    if (err == 0)
        freeaddrinfo(found);
    return err;
}

static coil_async int64_t looks_up_name(struct flight *f)
{
    struct coil_address address = address_of("127.0.0.1:80");

    return coil_getnameinfo(&address, f->data, sizeof(f->data), NULL, 0, 0);
}

static const struct kind of_names[] = {
    {"getaddrinfo", open_nothing, looks_up, NULL, open_nothing, true},
    {"getnameinfo", open_nothing, looks_up_name, NULL, open_nothing, true},
};

DRIVER_LOOP_TEST(a_lookup_can_be_cancelled_at_any_moment)
{
    check_kinds(of_names, sizeof(of_names) / sizeof(of_names[0]));
}

/* --- children: they end when they read the end of their input, or are told to --- */

static void open_child(struct flight *f)
{
    f->mine[0] = start_piped("exec cat");
}

static coil_async void close_child(struct flight *f)
{
    coil_process_kill(f->mine[0]);
    CHECK(coil_process_wait(f->mine[0]) >= 0);
    coil_process_unref(f->mine[0]);
}

static void ends(struct flight *f)
{
    coil_process_kill(f->mine[0]);
}

static coil_async int64_t waits(struct flight *f)
{
    return coil_process_wait(f->mine[0]);
}

static coil_async int64_t communicates(struct flight *f)
{
    struct coil_output output;
    int status = coil_process_communicate(f->mine[0], "text", 4, &output);

    coil_output_free(&output);
    return status;
}

/* It does not listen to SIGTERM, once it has said a line. */
static coil_async void open_deaf(struct flight *f)
{
    char *line;

    f->mine[0] = start_piped("trap '' TERM; echo; while read line; do :; done");
    CHECK_EQ(coil_stream_readline(coil_process_stdout(f->mine[0]), &line), 1);
}

static coil_async int64_t stops(struct flight *f)
{
    return coil_process_stop(f->mine[0], COIL_SECONDS(1000));
}

static const struct kind of_children[] = {
    {"process_wait", open_child, waits, ends, close_child, true},
    {"process_communicate", open_child, communicates, NULL, close_child, true},
    {"process_stop", open_deaf, stops, ends, close_child, true},
};

DRIVER_LOOP_TEST(whatever_waits_for_a_child_can_be_cancelled_at_any_moment)
{
    int before = kit_count_descriptors();

    check_kinds(of_children, sizeof(of_children) / sizeof(of_children[0]));
    CHECK_EQ(kit_count_descriptors(), before);
    CHECK(!kit_has_children());
}

/* --- signals: kept for who waits next --- */

static void open_signals(struct flight *f)
{
    f->fds[0] = -1;
    CHECK_EQ(coil_loop_add_signal_handler(coil_loop_current(), SIGUSR1, NULL, NULL), 0);
}

static void close_signals(struct flight *f)
{
    (void)f;
    coil_loop_remove_signal_handler(coil_loop_current(), SIGUSR1);
}

static void signals(struct flight *f)
{
    (void)f;
    CHECK_EQ(kill(getpid(), SIGUSR1), 0);
}

static coil_async int64_t waits_for_signal(struct flight *f)
{
    (void)f;
    return coil_signal_wait(SIGUSR1);
}

static coil_async int64_t waits_for_any(struct flight *f)
{
    const int numbers[] = {SIGUSR2, SIGUSR1};

    (void)f;
    return coil_signal_wait_any(numbers, 2);
}

static const struct kind of_signals[] = {
    {"signal_wait", open_signals, waits_for_signal, signals, close_signals, true},
    {"signal_wait_any", open_signals, waits_for_any, signals, close_signals, true},
};

DRIVER_LOOP_TEST(a_wait_for_a_signal_can_be_cancelled_at_any_moment)
{
    check_kinds(of_signals, sizeof(of_signals) / sizeof(of_signals[0]));
}

DRIVER_TEST(a_loop_ends_with_a_wait_for_a_signal_in_flight)
{
    check_loops_end(of_signals, sizeof(of_signals) / sizeof(of_signals[0]));
}
