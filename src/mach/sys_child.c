#include "mach/sys_child.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include "base/fault.h"

UNWATCHED int64_t coil__sys_bare(long number, intptr_t a, intptr_t b, intptr_t c, intptr_t d)
{
    long result = syscall(number, a, b, c, d);

    return result < 0 ? -errno : result;
}

int coil__sys_clone(int (*run)(void *arg), void *top, int flags, void *arg, int *pidfd)
{
    int pid;

    if (fault(FAULT_SYS))
        return -EAGAIN;
    pid = clone(run, top, flags, arg, pidfd);
    return pid < 0 ? -errno : pid;
}
