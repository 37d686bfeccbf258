#include "mach/sys.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <coil/result.h>

#include "base/fault.h"
#include "mach/thread.h"
#include "mach/valgrind.h"

#ifndef FUTEX_32
#define FUTEX_32 2
#endif
#define SYS_FUTEX_WAITV 449 /* the same number on every processor */

/* Older headers lack these; the numbers are the same on every processor. */
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#define SYS_io_uring_enter 426
#define SYS_io_uring_register 427
#endif

/* The kernel's name for the calling process where a pidfd is wanted (6.14). */
#define PIDFD_SELF (-10000)

/* What a call returned, as >= 0 or a negated errno. */
static int64_t told(int64_t result)
{
    return result < 0 ? -(int64_t)errno : result;
}

/* Valgrind complains at length about each call that is newer than itself. */
static bool knows_few_calls(void)
{
    return valgrind_runs();
}

static struct timespec timespec_of(int64_t ns)
{
    if (ns < 0)
        ns = 0;
    return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

int coil__sys_eventfd(void)
{
    if (fault(FAULT_SYS))
        return -EMFILE;
    return (int)told(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

/* "Would block" means that the counter is full; so the made-up failure writes too, or it would lose
 * a wake-up. */
int coil__sys_eventfd_write(int fd)
{
    uint64_t one = 1;
    bool failing = fault(FAULT_SYS);
    int saved = errno;
    int64_t result = told(write(fd, &one, sizeof(one)));

    errno = saved; /* this may run in a signal handler */
    if (result < 0)
        return (int)result;
    return failing ? -EAGAIN : 0;
}

/* Linux has closed it even when it says EIO. */
int coil__sys_close(int fd)
{
    bool failing = fault(FAULT_SYS);
    int result = (int)told(close(fd));

    return failing ? -EIO : result;
}

int coil__sys_epoll_create(void)
{
    if (fault(FAULT_SYS))
        return -EMFILE;
    return (int)told(epoll_create1(EPOLL_CLOEXEC));
}

int coil__sys_epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
    if (op != EPOLL_CTL_DEL && fault(FAULT_SYS))
        return -ENOSPC;
    return (int)told(epoll_ctl(epoll, op, fd, event));
}

static int milliseconds_of(int64_t timeout_ns)
{
    int64_t ms;

    if (timeout_ns == COIL_FOREVER)
        return -1;
    if (timeout_ns <= 0)
        return 0;
    ms = timeout_ns / 1000000 + (timeout_ns % 1000000 != 0);
    return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

int coil__sys_epoll_wait(int epoll, struct epoll_event *events, int capacity, int64_t timeout_ns)
{
    static bool has_pwait2 = true;
    struct timespec timeout = timespec_of(timeout_ns);
    int64_t result;

    if (fault(FAULT_SYS))
        return -EINTR;
    if (timeout_ns == 0) /* a look, and no time to be read: a fifth less */
        return (int)told(syscall(SYS_epoll_pwait, epoll, events, capacity, 0, NULL, 0));
    if (__atomic_load_n(&has_pwait2, __ATOMIC_RELAXED) && !knows_few_calls()) {
        result = told(syscall(SYS_epoll_pwait2, epoll, events, capacity,
                              timeout_ns == COIL_FOREVER ? NULL : &timeout, NULL, 0));
        /* Filters for system calls that do not know it say EPERM. */
        if (result != -ENOSYS && result != -EPERM)
            return (int)result;
        __atomic_store_n(&has_pwait2, false, __ATOMIC_RELAXED);
    }
    return (int)told(epoll_wait(epoll, events, capacity, milliseconds_of(timeout_ns)));
}

int coil__sys_poll(struct pollfd *fds, unsigned n, int64_t timeout_ns)
{
    struct timespec timeout = timespec_of(timeout_ns);

    if (fault(FAULT_SYS))
        return -EINTR;
    return (int)told(ppoll(fds, n, timeout_ns == COIL_FOREVER ? NULL : &timeout, NULL));
}

int coil__sys_uring_setup(unsigned entries, struct uring_params *params)
{
    if (fault(FAULT_SYS))
        return -EPERM;
    return (int)told(syscall(SYS_io_uring_setup, entries, params));
}

int coil__sys_uring_enter(int ring, unsigned submit, unsigned wait_for, unsigned flags,
                          const void *arg, size_t arg_size)
{
    if (fault(FAULT_SYS))
        return -EINTR;
    return (int)told(syscall(SYS_io_uring_enter, ring, submit, wait_for, flags, arg, arg_size));
}

int coil__sys_uring_register(int ring, unsigned opcode, void *arg, unsigned n)
{
    if (fault(FAULT_SYS))
        return -EINVAL;
    return (int)told(syscall(SYS_io_uring_register, ring, opcode, arg, n));
}

int coil__sys_mmap(void **out, size_t size, int protection, int flags, int fd, uint64_t offset)
{
    void *memory;

    if (fault(FAULT_SYS))
        return -ENOMEM;
    memory = mmap(NULL, size, protection, flags, fd, (off_t)offset);
    if (memory == MAP_FAILED)
        return -errno;
    *out = memory;
    return 0;
}

/* Fails in the field too: a hole in a mapping makes two of it, and there may be too many. */
int coil__sys_munmap(void *memory, size_t size)
{
    if (fault(FAULT_SYS))
        return -ENOMEM;
    return (int)told(munmap(memory, size));
}

int coil__sys_mprotect(void *memory, size_t size, int protection)
{
    if (fault(FAULT_SYS))
        return -ENOMEM;
    return (int)told(mprotect(memory, size, protection));
}

int coil__sys_madvise(void *memory, size_t size, int advice)
{
    if (fault(FAULT_SYS))
        return -EINVAL;
    return (int)told(madvise(memory, size, advice));
}

int64_t coil__sys_process_madvise(const struct iovec *ranges, size_t n, int advice)
{
    if (fault(FAULT_SYS))
        return -EPERM;
    if (knows_few_calls())
        return -ENOSYS;
    return told(syscall(SYS_process_madvise, PIDFD_SELF, ranges, n, advice, 0));
}

int coil__sys_mincore(void *memory, size_t size, unsigned char *pages)
{
    if (fault(FAULT_SYS))
        return -EAGAIN;
    return (int)told(mincore(memory, size, pages));
}

static int futex_wait(int how, const uint32_t *word, uint32_t expected, int64_t deadline_ns)
{
    struct timespec deadline = timespec_of(deadline_ns);

    if (fault(FAULT_SYS))
        return -EINTR;
    return (int)told(syscall(SYS_futex, word, how, expected,
                             deadline_ns == COIL_FOREVER ? NULL : &deadline, NULL,
                             FUTEX_BITSET_MATCH_ANY));
}

int coil__sys_futex_wait(const uint32_t *word, uint32_t expected, int64_t deadline_ns)
{
    return futex_wait(FUTEX_WAIT_BITSET_PRIVATE, word, expected, deadline_ns);
}

int coil__sys_futex_wait_shared(const uint32_t *word, uint32_t expected, int64_t deadline_ns)
{
    return futex_wait(FUTEX_WAIT_BITSET, word, expected, deadline_ns);
}

/* As the kernel has it: struct futex_waitv, which older headers lack. */
struct futex_waiter {
    uint64_t value, address;
    uint32_t flags, reserved;
};

/* Two words at once (Linux 5.16); -ENOSYS before that. Which one was woken; if both were, the
 * second. */
static int futex_wait_two(const struct futex_waiter waiters[2], int64_t deadline_ns)
{
    struct timespec deadline = timespec_of(deadline_ns);

    if (fault(FAULT_SYS))
        return -EINTR;
    if (knows_few_calls())
        return -ENOSYS;
    return (int)told(syscall(SYS_FUTEX_WAITV, waiters, 2, 0,
                             deadline_ns == COIL_FOREVER ? NULL : &deadline, CLOCK_MONOTONIC));
}

int coil__sys_futex_wait_either(const uint32_t *word, uint32_t expected, const uint32_t *other,
                                uint32_t other_expected, int64_t deadline_ns)
{
    const struct futex_waiter waiters[2] = {
        {expected, (uintptr_t)word, FUTEX_32 | FUTEX_PRIVATE_FLAG, 0},
        {other_expected, (uintptr_t)other, FUTEX_32 | FUTEX_PRIVATE_FLAG, 0},
    };

    return futex_wait_two(waiters, deadline_ns);
}

int coil__sys_futex_wait_shared_or(const uint32_t *word, uint32_t expected, const uint32_t *stop)
{
    const struct futex_waiter waiters[2] = {
        {0, (uintptr_t)stop, FUTEX_32 | FUTEX_PRIVATE_FLAG, 0},
        {expected, (uintptr_t)word, FUTEX_32, 0},
    };

    return futex_wait_two(waiters, COIL_FOREVER);
}

/* Cannot fail, so it is never made to: a wake-up that is lost is nobody's error path. */
int coil__sys_futex_wake(const uint32_t *word, int n)
{
    return (int)told(syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0));
}

int coil__sys_futex_wake_shared(const uint32_t *word, int n)
{
    return (int)told(syscall(SYS_futex, word, FUTEX_WAKE, n, NULL, NULL, 0));
}

int coil__sys_getpid(void)
{
    return (int)getpid();
}

int coil__sys_sigaltstack(const stack_t *stack, stack_t *old)
{
    if (fault(FAULT_SYS))
        return -ENOMEM;
    return (int)told(sigaltstack(stack, old));
}

int coil__sys_sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    if (fault(FAULT_SYS))
        return -EINVAL;
    return (int)told(sigaction(number, action, old));
}

void coil__mach_set_errno(int error)
{
    errno = error;
}
