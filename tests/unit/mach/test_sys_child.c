/* Children on a stack of ours, and calls as they make them. */
#include "mach/sys_child.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "kit.h"
#include "mach/switch.h"

#define STACK_BYTES 65536

TEST(a_bare_call_tells_its_result_or_error)
{
    CHECK_EQ(coil__sys_bare(SYS_getpid, 0, 0, 0, 0), getpid());
    CHECK_EQ(coil__sys_bare(SYS_close, -1, 0, 0, 0), -EBADF);
    coil__fault_arm(FAULT_SYS, 1, true);
    CHECK_EQ(coil__sys_bare(SYS_getpid, 0, 0, 0, 0), getpid());
    coil__fault_arm(FAULT_SYS, 0, false);
}

static char *stack;

static UNWATCHED int tells(void *arg)
{
    volatile char here = 0;

    if (&here < stack || &here >= stack + STACK_BYTES)
        return 1;
    return coil__sys_bare(SYS_getpid, 0, 0, 0, 0) == *(pid_t *)arg ? 2 : 42;
}

static int status_of(int pid)
{
    int status;

    CHECK_EQ(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

TEST(a_child_begins_on_the_stack_it_is_given)
{
    int flags = CLONE_VFORK | SIGCHLD, pidfd = -1, pid;
    pid_t parent = getpid();

    stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(stack != MAP_FAILED);
#ifndef MACH_TSAN
    flags |= CLONE_VM;
#endif
    pid = coil__sys_clone(tells, stack + STACK_BYTES, flags, &parent, &pidfd);
    CHECK(pid > 0);
    CHECK_EQ(pidfd, -1); /* which was not asked for */
    CHECK_EQ(status_of(pid), 42);
    coil__fault_arm(FAULT_SYS, 1, false);
    pid = coil__sys_clone(tells, stack + STACK_BYTES, flags, &parent, &pidfd);
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(pid, -EAGAIN);
    CHECK_EQ(coil__sys_clone(tells, stack + STACK_BYTES, CLONE_THREAD, &parent, &pidfd), -EINVAL);
    CHECK_EQ(munmap(stack, STACK_BYTES), 0);
}
