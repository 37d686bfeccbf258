/* What a child does before it is another program, here in an ordinary copy of the process. */
#include "mach/spawn_child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit.h"
#include "unit/mach/filter.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

static const char *const nothing[] = {NULL};

/* How it ended; why it could not be begun, if so. */
static int run(struct child child, int *failure)
{
    struct child *shared =
        mmap(NULL, sizeof(child), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;
    pid_t pid;

    CHECK(shared != MAP_FAILED);
    *shared = child;
    shared->program = child.how->arguments[0];
    pid = fork();
    if (pid == 0)
        _exit(coil__mach_child_run(shared));
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    *failure = shared->failure;
    munmap(shared, sizeof(child));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static int failure_of(const char *path, const char *name)
{
    const char *const arguments[] = {name, NULL};
    struct mach_spawn how = {.arguments = arguments, .streams = {-1, -1, -1}};
    int failure = 1;
    int status = run((struct child){.how = &how, .environment = nothing, .path = path}, &failure);

    CHECK_EQ(status, failure == 0 ? 0 : 127);
    return failure;
}

TEST(a_name_is_looked_for_folder_by_folder)
{
    char here[PATH_MAX];

    CHECK_EQ(failure_of(NULL, "/bin/true"), 0);
    CHECK_EQ(failure_of("/bin", "true"), 0);
    CHECK_EQ(failure_of("/no/such:/bin", "true"), 0);
    CHECK_EQ(failure_of("/no/such:/bin:/usr", "true"), 0);
    CHECK_EQ(failure_of("/no/such:/usr", "true"), -ENOENT);
    CHECK_EQ(failure_of("", "true"), -ENOENT);
    CHECK(getcwd(here, sizeof(here)) != NULL && chdir("/bin") == 0);
    CHECK_EQ(failure_of("", "true"), 0);
    CHECK_EQ(failure_of("/no/such:", "true"), 0);
    CHECK_EQ(failure_of(":/no/such", "true"), 0);
    CHECK_EQ(failure_of("/no/such::/no/such", "true"), 0);
    CHECK_EQ(chdir(here), 0);
}

/* What is too long is an error of that folder, not of the search, and nothing is written behind. */
TEST(paths_of_any_length_are_kept_within_theirs)
{
    char long_path[2 * PATH_MAX], long_name[2 * PATH_MAX];

    for (size_t length = PATH_MAX - 8; length < PATH_MAX + 8; length++) {
        memset(long_path, '/', length);
        strcpy(long_path + length, ":/bin");
        CHECK_EQ(failure_of(long_path, "true"), 0);
        strcpy(long_path + length, ":/etc");
        CHECK(failure_of(long_path, "no-such") < 0);
        memset(long_name, 'x', length);
        long_name[length] = '\0';
        CHECK_EQ(failure_of("/bin", long_name), -ENAMETOOLONG);
    }
    memset(long_path, '/', PATH_MAX - 5); /* 5 for "true" and the end */
    strcpy(long_path + PATH_MAX - 5 - 4, "/bin");
    CHECK_EQ(failure_of(long_path, "true"), -ENAMETOOLONG);
    CHECK_EQ(failure_of(long_path + 1, "true"), 0);
}

TEST(without_close_range_nothing_else_is_passed_on_either)
{
    const char *const arguments[] = {
        "/bin/sh", "-c",
        "for fd in /proc/self/fd/*; do n=${fd##*/};"
        "[ $n -gt 2 ] && [ -e /proc/$$/fd/$n ] && exit 1; done; exit 0",
        NULL};
    struct mach_spawn how = {.arguments = arguments, .streams = {-1, -1, -1}};
    int failure, fds[200]; /* more than one call lists */

    for (int i = 0; i < 200; i++)
        CHECK((fds[i] = dup(0)) >= 0);
    if (!filter_refuses(SYS_close_range, 0, ENOSYS))
        SKIP("no filters of system calls");
    CHECK_EQ(run((struct child){.how = &how, .environment = nothing}, &failure), 0);
    CHECK_EQ(failure, 0);
    how.pass_fds = &fds[100];
    how.pass_count = 1;
    CHECK_EQ(run((struct child){.how = &how, .environment = nothing}, &failure), 1);
    CHECK_EQ(failure, 0);
    for (int i = 0; i < 200; i++)
        close(fds[i]);
}

TEST(a_stream_that_is_closed_is_an_error)
{
    const char *const arguments[] = {"/bin/true", NULL};
    struct mach_spawn how = {.arguments = arguments, .streams = {-1, -1, 999}};
    int failure;

    CHECK_EQ(run((struct child){.how = &how, .environment = nothing}, &failure), 127);
    CHECK_EQ(failure, -EBADF);
    how.streams[2] = 0; /* which has to be copied first */
    close(0);
    CHECK_EQ(run((struct child){.how = &how, .environment = nothing}, &failure), 127);
    CHECK_EQ(failure, -EBADF);
}
