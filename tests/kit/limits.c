/* The limit of descriptors: lowered and given back, under valgrind too. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit_internal.h"

static struct rlimit usual;

/* Valgrind has descriptors of its own above what it tells us, and wants room for more. */
static void tell_kernel(pid_t whom, uint64_t most)
{
    struct rlimit limit;

    prlimit(whom, RLIMIT_NOFILE, NULL, &limit);
    limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
    prlimit(whom, RLIMIT_NOFILE, &limit, NULL);
}

/* Valgrind keeps it to itself when we ask for a limit. It then closes what the kernel makes beyond
 * it, a connection that was accepted, too. What a child asks for its parent goes to the kernel. */
static void have_child_tell(uint64_t most)
{
    pid_t self = getpid(), child = fork();

    CHECK(child >= 0);
    if (child == 0) {
        tell_kernel(self, most);
        kill(getpid(), SIGKILL); /* not an exit, at which it would look for leaks */
    }
    CHECK_EQ(waitpid(child, NULL, 0), child);
}

void kit_limit_descriptors(int most)
{
    struct rlimit limit;

    if (usual.rlim_max == 0)
        CHECK_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
    limit = usual;
    limit.rlim_cur = (rlim_t)most;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    if (kit_under_valgrind())
        have_child_tell((uint64_t)most);
}

void kit_unlimit_descriptors(void)
{
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
    if (kit_under_valgrind())
        have_child_tell(RLIM_INFINITY);
}
