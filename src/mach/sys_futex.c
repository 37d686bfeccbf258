#include "mach/sys_futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <coil/result.h>

#include "base/check.h"
#include "base/fault.h"
#include "mach/valgrind.h"

#ifndef FUTEX_32
#define FUTEX_32 2
#endif
#define SYS_FUTEX_WAITV 449 /* the same number on every processor */
#define MOST 4

/* The kernel's struct futex_waitv, which older headers lack. */
struct waiter {
    uint64_t value, address;
    uint32_t flags, reserved;
};

int coil__sys_futex_wait_several(const struct sys_futex *words, unsigned n, int64_t deadline_ns)
{
    struct timespec deadline = {deadline_ns / COIL_SECONDS(1), deadline_ns % COIL_SECONDS(1)};
    struct waiter waiters[MOST];
    long woken;

    INVARIANT(n <= MOST);
    if (fault(FAULT_SYS))
        return -EINTR;
    if (valgrind_runs()) /* which complains about each call that is newer than itself */
        return -ENOSYS;
    for (unsigned i = 0; i < n; i++)
        waiters[i] = (struct waiter){words[i].expected, (uintptr_t)words[i].word,
                                     FUTEX_32 | (words[i].shared ? 0 : FUTEX_PRIVATE_FLAG), 0};
    woken = syscall(SYS_FUTEX_WAITV, waiters, n, 0, deadline_ns == COIL_FOREVER ? NULL : &deadline,
                    CLOCK_MONOTONIC);
    return woken >= 0 || errno == EAGAIN ? 0 : -errno;
}
