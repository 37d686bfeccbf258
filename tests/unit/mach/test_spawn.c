/* Programs started with streams, a directory, an environment, a session of their own. */
#include "mach/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "kit.h"
#include "mach/switch.h"
#include "mach/sys_io.h"
#include "mach/valgrind.h"
#include "unit/mach/filter.h"
#include "unit/mach/spawned.h"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif

#ifndef MACH_TSAN
#define MACH_TSAN 0
#endif

TEST(a_program_is_found_by_path_or_name)
{
    CHECK_EQ(start_error((struct mach_spawn){.streams = PLAIN}, "/bin/true"), 0);
    CHECK_EQ(start_error((struct mach_spawn){.streams = PLAIN}, "true"), 0);
}

TEST(what_cannot_be_begun_is_an_error_and_no_child)
{
    struct mach_spawn plain = {.streams = PLAIN},
                      lost = {.streams = PLAIN, .directory = "/no/such"};
    const char *path = kit_path("program");
    int fd = open(path, O_WRONLY | O_CREAT, 0700);

    setenv("PATH", "/usr/bin:/bin", 1); /* folders that everybody may read */
    CHECK_EQ(start_error(plain, "/no/such/program"), -ENOENT);
    CHECK_EQ(start_error(plain, "no-such-program-anywhere"), -ENOENT);
    CHECK_EQ(start_error(plain, ""), -ENOENT);
    CHECK_EQ(start_error(plain, "/etc/passwd"), -EACCES);
    CHECK_EQ(start_error(plain, "/etc"), -EACCES);
    CHECK_EQ(start_error(plain, "/etc/passwd/x"), -ENOTDIR);
    CHECK_EQ(start_error(lost, "/bin/true"), -ENOENT);
    CHECK_EQ(write(fd, "neither fish nor fowl\n", 22), 22);
    close(fd);
    CHECK_EQ(start_error(plain, path), -ENOEXEC);
}

TEST(directory_and_environment_are_the_ones_given)
{
    const char *const environment[] = {"COLOUR=green", NULL};
    struct mach_spawn how = {.streams = PLAIN, .directory = "/usr", .environment = environment};

    CHECK_STR(said(how, "pwd; echo $COLOUR $HOME"), "/usr\ngreen\n");
}

TEST(the_path_is_that_of_the_childs_environment)
{
    const char *const nowhere[] = {"PATH=/no/such:/etc", NULL};
    const char *const none[] = {"X=1", NULL};
    const char *const somewhere[] = {"PATH=/no/such:/etc/passwd:/bin", NULL};
    const char *const here[] = {"PATH=", NULL};
    struct mach_spawn how = {.streams = PLAIN, .environment = nowhere};

    CHECK_EQ(start_error(how, "true"), -ENOENT);
    CHECK_EQ(start_error(how, "passwd"), -EACCES); /* it is there, but no program */
    how.environment = none;
    CHECK_EQ(start_error(how, "true"), 0);
    how.environment = somewhere;
    CHECK_EQ(start_error(how, "true"), 0);
    how.environment = here;
    CHECK_EQ(start_error(how, "true"), -ENOENT);
    how.directory = "/bin"; /* an empty part of it is where the child begins */
    CHECK_EQ(start_error(how, "true"), 0);
}

TEST(streams_may_change_places)
{
    int both[2];
    struct mach_spawn how = {.streams = {SPAWN_NOTHING, SPAWN_INHERIT, SPAWN_OUTPUT}};

    CHECK_STR(said(how, "read x; echo out $?; echo err >&2"), "out 1\nerr\n");
    /* 1 and 2 exchanged: ours are a pipe each. */
    CHECK_EQ(pipe2(both, O_CLOEXEC), 0);
    {
        const char *const arguments[] = {"/bin/sh", "-c", "echo out; echo err >&2", NULL};
        struct mach_spawn swap = {.arguments = arguments, .streams = {SPAWN_NOTHING, 2, 1}};
        int kept[2] = {fcntl(1, F_DUPFD_CLOEXEC, 10), fcntl(2, F_DUPFD_CLOEXEC, 10)}, pid;
        char text[8] = {0};

        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 1);
        dup2(both[1], 2);
        CHECK_EQ(coil__mach_spawn(&swap, &pid), 0);
        dup2(kept[0], 1);
        dup2(kept[1], 2);
        CHECK_EQ(status_of(pid), 0);
        close(both[1]);
        CHECK_EQ(read(both[0], text, sizeof(text)), 4);
        CHECK_STR(text, "out\n");
        for (int fd = 3; fd < 20; fd++)
            close(fd);
    }
}

TEST(a_descriptor_that_has_its_place_already_is_passed)
{
    const char *const arguments[] = {"/bin/sh", "-c", "read x && [ $x = word ]", NULL};
    struct mach_spawn how = {.arguments = arguments, .streams = {0, SPAWN_INHERIT, SPAWN_INHERIT}};
    int pipes[2], pid;

    close(0);
    CHECK_EQ(pipe2(pipes, O_CLOEXEC), 0);
    CHECK_EQ(pipes[0], 0); /* close-on-exec, and in its place */
    CHECK_EQ(write(pipes[1], "word\n", 5), 5);
    CHECK_EQ(coil__mach_spawn(&how, &pid), 0);
    CHECK_EQ(status_of(pid), 0);
    close(pipes[1]);
}

TEST(nothing_else_is_passed_on)
{
    int leak = open("/dev/null", O_RDONLY); /* not close-on-exec */

    /* The last one is the folder that is being read. */
    CHECK_STR(said((struct mach_spawn){.streams = PLAIN}, "exec ls /proc/self/fd"), "0\n1\n2\n3\n");
    close(leak);
}

TEST(signals_are_as_for_a_fresh_program)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    /* Ignored are two of the C library's own at most. */
    CHECK_HAS("SigBlk:0000000000000000SigIgn:0000000180000000 "
              "SigBlk:0000000000000000SigIgn:0000000000000000",
              said((struct mach_spawn){.streams = PLAIN},
                   "grep -E 'SigBlk|SigIgn' /proc/$$/status | tr -d '\\n\\t'"));
}

TEST(a_group_or_session_of_its_own_is_led)
{
    struct mach_spawn how = {.streams = PLAIN};
    char ours[64];

    /* group and session of the shell against its number, and the session against ours */
    snprintf(ours, sizeof(ours), "%d", (int)getsid(0));
    CHECK_HAS(said(how, "set -- $(cat /proc/$$/stat); [ $5 = $$ ] || echo none; echo $6"), ours);
    how.new_group = true;
    CHECK_STR(said(how, "set -- $(cat /proc/$$/stat); [ $5 = $$ ] && [ $6 != $$ ] && echo group"),
              "group\n");
    how.new_session = true;
    CHECK_STR(said(how, "set -- $(cat /proc/$$/stat); [ $5 = $$ ] && [ $6 = $$ ] && echo session"),
              "session\n");
}

TEST(a_terminal_is_one_and_controls_a_new_session)
{
    char path[64], text[64] = {0};
    int near = coil__mach_terminal_open(path, sizeof(path)), pid;
    const char *const arguments[] = {"/bin/sh", "-c",
                                     "test -t 0 && test -t 1 && echo mine >/dev/tty", NULL};
    struct mach_spawn how = {.arguments = arguments,
                             .terminal = path,
                             .new_session = true,
                             .streams = {SPAWN_TERMINAL, SPAWN_TERMINAL, SPAWN_OUTPUT}};

    CHECK(near >= 0);
    CHECK_EQ(coil__mach_spawn(&how, &pid), 0);
    CHECK_EQ(status_of(pid), 0);
    CHECK_EQ(read(near, text, sizeof(text)), 6);
    CHECK_STR(text, "mine\r\n");
    close(near);
}

/* System calls of the library's for one child, its own not counted. */
static uint64_t calls_for_one(void)
{
    uint64_t calls;

    coil__fault_arm(FAULT_SYS, 1000, false);
    CHECK_EQ(start_error((struct mach_spawn){.streams = PLAIN}, "/bin/true"), 0);
    calls = coil__fault_count(FAULT_SYS);
    coil__fault_arm(FAULT_SYS, 0, false);
    return calls;
}

TEST(the_memory_for_a_child_is_kept_for_the_next)
{
    if (valgrind_runs() || MACH_TSAN)
        SKIP("there it is shared with one child alone");
    CHECK_EQ(calls_for_one(), 2);
    CHECK_EQ(calls_for_one(), 1);
    CHECK_EQ(start_error((struct mach_spawn){.streams = PLAIN}, "/no/such"), -ENOENT);
    CHECK_EQ(calls_for_one(), 1);
}

TEST(a_pidfd_comes_with_the_child)
{
    const char *const arguments[] = {"/bin/sh", "-c", "exit 3", NULL};
    struct mach_spawn how = {.arguments = arguments, .streams = PLAIN};
    int before = kit_count_descriptors(), pid, pidfd;
    siginfo_t info = {0};

    CHECK_EQ(coil__mach_spawn_watched(&how, &pid, &pidfd), 0);
    if (pidfd < 0)
        SKIP("not here");
    CHECK(fcntl(pidfd, F_GETFD) & FD_CLOEXEC);
    CHECK_EQ(coil__sys_waitid(pidfd, &info, true), 0);
    CHECK_EQ(info.si_pid, pid);
    CHECK_EQ(info.si_status, 3);
    close(pidfd);
    how.directory = "/no/such";
    CHECK_EQ(coil__mach_spawn_watched(&how, &pid, &pidfd), -ENOENT);
    CHECK_EQ(pidfd, -1);
    CHECK_EQ(kit_count_descriptors(), before);
    CHECK_EQ(waitpid(-1, NULL, 0), -1);
}

TEST(where_no_pidfd_can_be_had_there_is_a_child_all_the_same)
{
    const char *const arguments[] = {"/bin/true", NULL};
    struct mach_spawn how = {.arguments = arguments, .streams = PLAIN};
    struct rlimit usual, tight;
    int pid, pidfd;

    if (valgrind_runs())
        SKIP("valgrind wants descriptors of its own for a child");
    pidfd = open("/dev/null", O_RDONLY);
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
    tight = usual;
    tight.rlim_cur = (rlim_t)pidfd;
    close(pidfd);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
    CHECK_EQ(coil__mach_spawn_watched(&how, &pid, &pidfd), 0);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
    CHECK_EQ(pidfd, -1);
    CHECK_EQ(status_of(pid), 127); /* it runs, and has no room to open its libraries */
    if (!filter_refuses(SYS_clone, CLONE_PIDFD, EINVAL))
        SKIP("no filters of system calls");
    CHECK_EQ(coil__mach_spawn_watched(&how, &pid, &pidfd), 0);
    CHECK_EQ(pidfd, -1);
    CHECK_EQ(status_of(pid), 0);
}

static void *starts_some(void *arg)
{
    for (int i = 0; i < kit_effort(20); i++) {
        bool good = (i + (int)(intptr_t)arg) % 2;

        CHECK_EQ(start_error((struct mach_spawn){.streams = PLAIN}, good ? "true" : "/no/such"),
                 good ? 0 : -ENOENT);
    }
    return NULL;
}

TEST(threads_start_programs_side_by_side)
{
    pthread_t threads[4];

    for (intptr_t i = 0; i < 4; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, starts_some, (void *)i), 0);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(waitpid(-1, NULL, 0), -1);
}

TEST(a_copy_of_the_process_has_memory_of_its_own_for_its_children)
{
    int status;
    pid_t copy;

    CHECK_EQ(start_error((struct mach_spawn){.streams = PLAIN}, "true"), 0);
    copy = fork();
    starts_some((void *)(intptr_t)(copy == 0)); /* at the same time */
    if (copy == 0)
        _exit(0);
    CHECK_EQ(waitpid(copy, &status, 0), copy);
    CHECK_EQ(status, 0);
}

static volatile sig_atomic_t ran_in_child;
static volatile pid_t here;

static void note_where(int number)
{
    (void)number;
    if (syscall(SYS_getpid) != here)
        ran_in_child = 1;
}

static void *signals_group(void *stop)
{
    while (!__atomic_load_n((bool *)stop, __ATOMIC_RELAXED))
        kill(0, SIGUSR1);
    return NULL;
}

/* Its memory is ours: what a handler of ours did in it, we should see. */
TEST(no_handler_of_ours_runs_in_the_child)
{
    struct sigaction action = {.sa_handler = note_where, .sa_flags = SA_RESTART};
    const char *const arguments[] = {"/bin/true", NULL};
    struct mach_spawn how = {.arguments = arguments, .streams = PLAIN};
    sigset_t before, after;
    pthread_t thread;
    bool stop = false;

    CHECK_EQ(setpgid(0, 0), 0);
    here = getpid();
    sigaction(SIGUSR1, &action, NULL);
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    CHECK_EQ(pthread_create(&thread, NULL, signals_group, &stop), 0);
    for (int i = 0; i < kit_effort(30); i++) {
        int pid, status;

        CHECK_EQ(coil__mach_spawn(&how, &pid), 0);
        status = status_of(pid);
        CHECK(status == 0 || status == 256 + SIGUSR1);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(ran_in_child, 0);
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    for (int number = 1; number < NSIG; number++)
        CHECK_EQ(sigismember(&before, number), sigismember(&after, number));
}

TEST(a_child_can_be_undone)
{
    const char *const arguments[] = {"sleep", "1000", NULL};
    struct mach_spawn how = {.arguments = arguments, .streams = PLAIN};
    int pid;

    CHECK_EQ(coil__mach_spawn(&how, &pid), 0);
    coil__mach_spawn_undo(pid);
    CHECK_EQ(waitpid(pid, NULL, 0), -1);
}

TEST(whatever_fails_nothing_is_left)
{
    const char *const environment[] = {"PATH=/no:/bin", NULL};
    char path[64];
    int near;

    for (uint64_t k = 1;; k++) {
        struct mach_spawn how = {.streams = {1, 2, 0}, .environment = environment};
        uint64_t count;
        int err;

        coil__fault_arm(FAULT_SYS, k, false);
        err = start_error(how, "true");
        count = coil__fault_count(FAULT_SYS);
        coil__fault_arm(FAULT_SYS, 0, false);
        if (count < k)
            break;
        CHECK(err == 0 || err == -ENOMEM || err == -EAGAIN);
    }
    coil__fault_arm(FAULT_SYS, 1, false);
    near = coil__mach_terminal_open(path, sizeof(path));
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(near, -EMFILE);
    CHECK_EQ(coil__mach_terminal_open(path, 2), -ERANGE);
}
