#include "mach/sys_io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fault.h"

#include <kit.h>

static volatile sig_atomic_t pipes;

static void count_pipe(int number)
{
    (void)number;
    pipes = pipes + 1;
}

static int64_t write_byte(int fd)
{
    struct iovec part = {.iov_base = "x", .iov_len = 1};

    return coil__sys_writev(fd, &part, 1, -1);
}

TEST(a_write_to_a_pipe_without_reader_raises_no_signal_and_takes_nobody_elses)
{
    struct sigaction action = {.sa_handler = count_pipe};
    sigset_t pipe_only, pending;
    int ends[2];

    sigaction(SIGPIPE, &action, NULL);
    CHECK_EQ(coil__sys_pipe(ends), 0);
    close(ends[0]);
    CHECK_EQ(write_byte(ends[1]), -EPIPE);
    CHECK_EQ(pipes, 0);
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigprocmask(SIG_BLOCK, &pipe_only, NULL);
    CHECK_EQ(write_byte(ends[1]), -EPIPE);
    sigpending(&pending);
    CHECK(!sigismember(&pending, SIGPIPE));
    raise(SIGPIPE);
    CHECK_EQ(write_byte(ends[1]), -EPIPE);
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGPIPE));
    sigprocmask(SIG_UNBLOCK, &pipe_only, NULL);
    CHECK_EQ(pipes, 1);
    close(ends[1]);
}

TEST(what_makes_descriptors_makes_them_nonblocking_and_closed_on_exec)
{
    int fds[5];

    CHECK_EQ(coil__sys_pipe(fds), 0);
    CHECK_EQ(coil__sys_socketpair(AF_UNIX, SOCK_STREAM, fds + 2), 0);
    fds[4] = coil__sys_socket(AF_INET, SOCK_DGRAM, 0);
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(coil__sys_nonblocking(fds[i]), 1);
        CHECK(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
        close(fds[i]);
    }
    CHECK_EQ(coil__sys_nonblocking(-1), -EBADF);
}

TEST(a_descriptor_becomes_nonblocking_and_keeps_its_other_flags)
{
    int file = memfd_create("file", MFD_CLOEXEC);

    CHECK_EQ(fcntl(file, F_SETFL, O_APPEND), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(coil__sys_set_nonblocking(file), 0);
        CHECK_EQ(coil__sys_flags(file) & (O_NONBLOCK | O_APPEND), O_NONBLOCK | O_APPEND);
    }
    CHECK_EQ(close(file), 0);
    CHECK_EQ(coil__sys_set_nonblocking(file), -EBADF);
}

TEST(errors_are_returned_and_failures_can_be_made)
{
    struct stat info;
    siginfo_t child;

    CHECK_EQ(coil__sys_stat("/nowhere", true, &info), -ENOENT);
    CHECK_EQ(coil__sys_fstat(-1, &info), -EBADF);
    CHECK_EQ(coil__sys_open("/nowhere/at/all", O_RDONLY, 0), -ENOENT);
    CHECK_EQ(coil__sys_recv(-1, NULL, 0, 0), -EBADF);
    CHECK(coil__sys_waitid(-1, &child, false) < 0);
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__sys_recv(-1, NULL, 0, 0), -ECONNRESET);
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__sys_accept(-1, NULL, NULL), -EMFILE);
}

static int stop_at_second(const char *name, void *arg)
{
    int *seen = arg;

    CHECK(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
    return ++*seen == 2 ? -EXDEV : 0;
}

TEST(a_list_is_stopped_by_who_is_told)
{
    int seen = 0;

    CHECK_EQ(coil__sys_list("/", stop_at_second, &seen), -EXDEV);
    CHECK_EQ(seen, 2);
    CHECK_EQ(coil__sys_list("/nowhere", stop_at_second, &seen), -ENOENT);
}
