/* Programs started with streams, a directory, an environment, a session of their own. */
#include "mach/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "kit.h"

#define PLAIN                                       \
    {                                               \
        SPAWN_INHERIT, SPAWN_INHERIT, SPAWN_INHERIT \
    }

static int status_of(int pid)
{
    int status;

    CHECK_EQ(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/* What a shell says that runs the script; streams of `how` that inherit go to us. */
static const char *said(struct mach_spawn how, const char *script)
{
    const char *const arguments[] = {"/bin/sh", "-c", script, NULL};
    static char text[4096];
    size_t have = 0;
    int pipes[2], pid;
    ssize_t n;

    CHECK_EQ(pipe2(pipes, O_CLOEXEC), 0);
    how.arguments = arguments;
    if (how.streams[1] == SPAWN_INHERIT)
        how.streams[1] = pipes[1];
    CHECK_EQ(coil__mach_spawn(&how, &pid), 0);
    close(pipes[1]);
    while ((n = read(pipes[0], text + have, sizeof(text) - 1 - have)) > 0)
        have += (size_t)n;
    text[have] = '\0';
    close(pipes[0]);
    CHECK_EQ(status_of(pid), 0);
    return text;
}

static int start_error(struct mach_spawn how, const char *program)
{
    const char *const arguments[] = {program, NULL};
    int pid = -1, err;

    how.arguments = arguments;
    err = coil__mach_spawn(&how, &pid);
    if (err == 0)
        status_of(pid);
    return err;
}

TEST(a_program_is_found_by_path_or_name)
{
    CHECK_EQ(start_error((struct mach_spawn){.streams = PLAIN}, "/bin/true"), 0);
    CHECK_EQ(start_error((struct mach_spawn){.streams = PLAIN}, "true"), 0);
}

TEST(what_cannot_be_begun_is_an_error_and_no_child)
{
    struct mach_spawn plain = {.streams = PLAIN},
                      lost = {.streams = PLAIN, .directory = "/no/such"};
    char path[] = "/tmp/coil-spawn-XXXXXX";
    int fd = mkstemp(path);

    CHECK_EQ(start_error(plain, "/no/such/program"), -ENOENT);
    CHECK_EQ(start_error(plain, "no-such-program-anywhere"), -ENOENT);
    CHECK_EQ(start_error(plain, ""), -ENOENT);
    CHECK_EQ(start_error(plain, "/etc/passwd"), -EACCES);
    CHECK_EQ(start_error(plain, "/etc"), -EACCES);
    CHECK_EQ(start_error(plain, "/etc/passwd/x"), -ENOTDIR);
    CHECK_EQ(start_error(lost, "/bin/true"), -ENOENT);
    CHECK_EQ(write(fd, "neither fish nor fowl\n", 22), 22);
    CHECK_EQ(fchmod(fd, 0700), 0);
    close(fd);
    CHECK_EQ(start_error(plain, path), -ENOEXEC);
    unlink(path);
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
        int err;

        coil__fault_arm(FAULT_SYS, k, false);
        err = start_error(how, "true");
        coil__fault_arm(FAULT_SYS, 0, false);
        if (coil__fault_count(FAULT_SYS) < k)
            break;
        CHECK(err == 0 || err == -EMFILE || err == -EAGAIN);
    }
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(start_error((struct mach_spawn){.streams = PLAIN}, "true"), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    coil__fault_arm(FAULT_SYS, 1, false);
    near = coil__mach_terminal_open(path, sizeof(path));
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(near, -EMFILE);
    CHECK_EQ(coil__mach_terminal_open(path, 2), -ERANGE);
}
