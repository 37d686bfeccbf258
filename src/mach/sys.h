/*
 * The system calls we make, as functions that return >= 0 or a negated errno. The only file that
 * reads errno is sys.c. Each asks fault(FAULT_SYS) first, and if it has to fail says what that call
 * says in the field. Times are monotonic deadlines or durations in nanoseconds; COIL_FOREVER: no
 * limit.
 */
#ifndef COIL_MACH_SYS_H
#define COIL_MACH_SYS_H

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

struct epoll_event;
struct iovec;
struct pollfd;
struct uring_params;

/* Close-on-exec and non-blocking, counter 0. */
int coil__sys_eventfd(void);

/* Makes it readable. -EAGAIN: it is readable already. Signal-safe. */
int coil__sys_eventfd_write(int fd);

/* The same, where a wake-up may not get lost, whatever the system call says. */
static inline int sys_eventfd_ring(int fd)
{
    int err;

    do
        err = coil__sys_eventfd_write(fd);
    while (err == -EINTR || err == -EIO);
    return err;
}

/* Closed in any case. */
int coil__sys_close(int fd);

int coil__sys_epoll_create(void);
int coil__sys_epoll_ctl(int epoll, int op, int fd, struct epoll_event *event);

/* To the nanosecond where the kernel can, else rounded up to milliseconds. Returns how many
 * events. */
int coil__sys_epoll_wait(int epoll, struct epoll_event *events, int capacity, int64_t timeout_ns);

int coil__sys_poll(struct pollfd *fds, unsigned n, int64_t timeout_ns);

int coil__sys_uring_setup(unsigned entries, struct uring_params *params);
int coil__sys_uring_enter(int ring, unsigned submit, unsigned wait_for, unsigned flags,
                          const void *arg, size_t arg_size);
int coil__sys_uring_register(int ring, unsigned opcode, void *arg, unsigned n);

int coil__sys_mmap(void **out, size_t size, int protection, int flags, int fd, uint64_t offset);
int coil__sys_munmap(void *memory, size_t size);
int coil__sys_mprotect(void *memory, size_t size, int protection);
int coil__sys_madvise(void *memory, size_t size, int advice);

/* The same advice for many ranges of our own memory. Returns how many bytes were advised, perhaps
 * fewer than given. */
int64_t coil__sys_process_madvise(const struct iovec *ranges, size_t n, int advice);

int coil__sys_mincore(void *memory, size_t size, unsigned char *pages);

int coil__sys_futex_wait(const uint32_t *word, uint32_t expected, int64_t deadline_ns);
int coil__sys_futex_wait_either(const uint32_t *word, uint32_t expected, const uint32_t *other,
                                uint32_t other_expected, int64_t deadline_ns);
int coil__sys_futex_wake(const uint32_t *word, int n);

/*
 * The same of a word that other processes may have too. With `stop`, a word of our own, it sleeps
 * until that is not 0 as well, and tells which of the two it was woken by: 1 the word, 0 only
 * `stop`; -ENOSYS before Linux 5.16.
 */
int coil__sys_futex_wait_shared(const uint32_t *word, uint32_t expected, int64_t deadline_ns);
int coil__sys_futex_wait_shared_or(const uint32_t *word, uint32_t expected, const uint32_t *stop);
int coil__sys_futex_wake_shared(const uint32_t *word, int n); /* how many were woken */

int coil__sys_getpid(void);

int coil__sys_sigaltstack(const stack_t *stack, stack_t *old);
int coil__sys_sigaction(int number, const struct sigaction *action, struct sigaction *old);

#endif
