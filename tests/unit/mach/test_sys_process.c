/* What a copy of this process does first. */
#include "mach/sys_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "kit.h"
#include "mach/switch.h"

static void check_child(int pid)
{
    int status;

    CHECK(pid > 0);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, 0);
}

static void *wait_at(void *gate)
{
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

TEST(threads_are_counted)
{
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_t thread;

#ifdef MACH_TSAN
    SKIP("TSan starts threads of its own");
#endif
    CHECK_EQ(coil__sys_threads(), 1);
    pthread_mutex_lock(&gate);
    pthread_create(&thread, NULL, wait_at, &gate);
    CHECK_EQ(coil__sys_threads(), 2);
    pthread_mutex_unlock(&gate);
    pthread_join(thread, NULL);
}

TEST(fork_writes_what_is_buffered_once)
{
    FILE *file = tmpfile();
    char text[16] = "";
    int pid;

    fputs("once", file);
    pid = coil__sys_fork();
    if (pid == 0)
        exit(0); /* which would write it, too */
    check_child(pid);
    CHECK_EQ(pread(fileno(file), text, sizeof(text), 0), 4);
    fclose(file);
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__sys_fork(), -EAGAIN);
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

TEST(all_descriptors_are_closed_but_some)
{
    int fds[20], pid;

    for (int i = 0; i < 20; i++)
        fds[i] = dup(1);
    pid = coil__sys_fork();
    if (pid == 0) {
        const int keep[] = {fds[7], fds[3], fds[19]};

        coil__sys_close_all_but(keep, 3);
        for (int i = 0; i < 20; i++)
            if (is_open(fds[i]) != (i == 3 || i == 7 || i == 19))
                coil__sys_exit(1);
        coil__sys_exit(is_open(0) && is_open(1) && is_open(2) ? 0 : 2);
    }
    check_child(pid);
    for (int i = 0; i < 20; i++)
        close(fds[i]);
}

TEST(copies_of_descriptors)
{
    int copy = coil__sys_dup(1), other = dup(0);
    int flags = fcntl(copy, F_GETFD);

    CHECK(copy > 2);
    CHECK(flags & FD_CLOEXEC);
    CHECK_EQ(coil__sys_dup_to(copy, other), other);
    CHECK_EQ(fcntl(other, F_GETFD) & FD_CLOEXEC, 0);
    CHECK_EQ(coil__sys_dup(-1), -EBADF);
    CHECK_EQ(coil__sys_dup_to(-1, other), -EBADF);
    close(copy);
    close(other);
}

static void on_signal(int number)
{
    (void)number;
}

static bool does(int number, void (*what)(int))
{
    struct sigaction now;

    return sigaction(number, NULL, &now) == 0 && now.sa_handler == what;
}

TEST(signals_are_as_for_a_program_just_started)
{
    int pid = coil__sys_fork();

    if (pid == 0) {
        signal(SIGUSR1, on_signal);
        signal(SIGUSR2, SIG_IGN);
        signal(SIGCHLD, SIG_IGN);
        signal(SIGSEGV, on_signal);
        coil__sys_usual_signals();
        coil__sys_exit(does(SIGUSR1, SIG_DFL) && does(SIGUSR2, SIG_IGN) && does(SIGINT, SIG_IGN) &&
                               does(SIGCHLD, SIG_DFL) && does(SIGSEGV, on_signal)
                           ? 0
                           : 1);
    }
    check_child(pid);
}

TEST(ends_of_children_are_readable)
{
    struct pollfd ended = {.events = POLLIN};
    int status = 0, pid;

    coil__sys_block_signals(true);
    ended.fd = coil__sys_children_fd();
    CHECK(ended.fd >= 0);
    CHECK_EQ(coil__sys_reap(&status), 0);
    pid = coil__sys_fork();
    if (pid == 0)
        coil__sys_exit(3);
    CHECK_EQ(poll(&ended, 1, 8000), 1);
    CHECK_EQ(coil__sys_reap(&status), pid);
    CHECK_EQ(WEXITSTATUS(status), 3);
    coil__sys_block_signals(false);
    close(ended.fd);
}

/* The grandchild tells who it is; its parent ends, and then so does it: the pipe has no writer. */
TEST(child_dies_with_its_parent)
{
    int pipes[2], pid, ready;
    char c;

    CHECK_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    CHECK_EQ(pipe(pipes), 0);
    pid = coil__sys_fork();
    if (pid == 0) {
        int parent = (int)getpid();

        if (coil__sys_fork() != 0) {
            ready = (int)read(pipes[0], &c, 1);
            coil__sys_exit(ready == 1 ? 0 : 1);
        }
        coil__sys_die_with_parent();
        if (coil__sys_getppid() != parent || write(pipes[1], "x", 1) != 1)
            coil__sys_exit(1);
        for (;;)
            pause();
    }
    close(pipes[1]);
    check_child(pid);
    CHECK(read(pipes[0], &c, 1) <= 0);
    close(pipes[0]);
    CHECK(waitpid(-1, &ready, 0) > 0);
    CHECK_EQ(WTERMSIG(ready), SIGKILL);
}

TEST(code_is_told_from_other_memory)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CHECK(coil__sys_is_code((const void *)(uintptr_t)on_signal));
    CHECK(coil__sys_is_code((const void *)(uintptr_t)abort));
    CHECK(!coil__sys_is_code(memory));
    CHECK(!coil__sys_is_code(NULL));
    CHECK(coil__sys_is_mapped(memory));
    CHECK(coil__sys_is_mapped((char *)memory + 4095));
    CHECK(!coil__sys_is_mapped(NULL));
    CHECK(!coil__sys_is_mapped((const void *)(uintptr_t)16));
    munmap(memory, 4096);
    CHECK(!coil__sys_is_mapped(memory));
    CHECK(!coil__sys_is_code(memory));
}
