/* Programs with descriptors, a name, a mask and a user of their own. */
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "unit/mach/spawned.h"

TEST(what_is_passed_is_passed_under_its_number_and_nothing_between)
{
    int fds[6], passed[3];
    char expected[64];

    for (int i = 0; i < 6; i++)
        CHECK((fds[i] = fcntl(0, F_DUPFD_CLOEXEC, 20)) == 20 + i);
    passed[0] = fds[4];
    passed[1] = fds[1];
    passed[2] = fds[4]; /* and once more */
    snprintf(expected, sizeof(expected), "0 1 2 %d %d ", fds[1], fds[4]);
    CHECK_STR(said((struct mach_spawn){.streams = PLAIN, .pass_fds = passed, .pass_count = 3},
                   "for n in 0 1 2 3 20 21 22 23 24 25; do"
                   " [ -e /proc/$$/fd/$n ] && printf '%d ' $n; done; true"),
              expected);
    CHECK(fcntl(fds[1], F_GETFD) & FD_CLOEXEC); /* ours is as it was */
    close(fds[1]);
    CHECK_EQ(start_error((struct mach_spawn){.streams = PLAIN, .pass_fds = passed, .pass_count = 3},
                         "/bin/true"),
             -EBADF);
    for (int i = 0; i < 6; i++)
        close(fds[i]);
}

TEST(another_program_may_be_begun_under_that_name)
{
    const char *const arguments[] = {"another", "-c", "[ $0 = another ]", NULL};
    struct mach_spawn how = {.streams = PLAIN, .arguments = arguments, .executable = "sh"};
    int pid;

    CHECK_EQ(coil__mach_spawn(&how, &pid), 0);
    CHECK_EQ(status_of(pid), 0);
    how.executable = "/bin/sh";
    CHECK_EQ(coil__mach_spawn(&how, &pid), 0);
    CHECK_EQ(status_of(pid), 0);
    CHECK_EQ(
        start_error((struct mach_spawn){.streams = PLAIN, .executable = "/no/such"}, "/bin/sh"),
        -ENOENT);
}

TEST(a_mask_is_the_childs_alone)
{
    mode_t before = umask(022);

    CHECK_STR(said((struct mach_spawn){.streams = PLAIN, .umask = 0077 + 1}, "umask"), "0077\n");
    CHECK_STR(said((struct mach_spawn){.streams = PLAIN, .umask = 0 + 1}, "umask"), "0000\n");
    CHECK_STR(said((struct mach_spawn){.streams = PLAIN}, "umask"), "0022\n");
    CHECK_EQ(umask(before), 022);
}

static const uint32_t strangers[] = {12346, 12347};
static const struct mach_spawn stranger = {
    .streams = PLAIN, .user = 12345 + 1, .group = 12345 + 1, .groups = strangers, .group_count = 2};

TEST(a_child_of_another_user_has_its_rights_and_we_keep_ours)
{
    if (geteuid() != 0)
        SKIP("only root becomes somebody else");
    if (start_error(stranger, "/bin/true") == -EPERM)
        SKIP("root may not become somebody else here");
    CHECK_HAS(said(stranger, "id -u; id -ru; id -g; id -rg; id -G"),
              "12345\n12345\n12345\n12345\n12345 12346 12347\n");
    CHECK_STR(said((struct mach_spawn){.streams = PLAIN, .groups = strangers}, "id -G; id -u"),
              "0\n0\n");
    CHECK_EQ(prctl(PR_GET_DUMPABLE), 1); /* nobody shared our memory */
    CHECK_EQ(geteuid(), 0);
    CHECK_EQ(start_error(stranger, "/no/such"), -ENOENT);
}

TEST(who_may_not_become_another_user_is_told)
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(geteuid() != 0 || setresuid(12345, 12345, 12345) == 0
                  ? -start_error(stranger, "/bin/true")
                  : EPERM);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(WEXITSTATUS(status), EPERM);
}
