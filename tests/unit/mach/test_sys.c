#include "mach/sys.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <coil/result.h>

#include "base/fault.h"
#include "mach/clock.h"
#include "mach/uring_abi.h"

#include <kit.h>

static int readable(int fd)
{
    struct pollfd look = {.fd = fd, .events = POLLIN};

    return coil__sys_poll(&look, 1, 0);
}

TEST(an_eventfd_is_readable_once_written)
{
    int fd = coil__sys_eventfd();

    CHECK(fd >= 0);
    CHECK_EQ(readable(fd), 0);
    CHECK_EQ(coil__sys_eventfd_write(fd), 0);
    CHECK_EQ(readable(fd), 1);
    CHECK_EQ(coil__sys_close(fd), 0);
    CHECK_EQ(coil__sys_close(fd), -EBADF);
}

TEST(errors_are_negated_numbers)
{
    struct epoll_event event = {0};
    void *memory = NULL;

    CHECK_EQ(coil__sys_eventfd_write(-1), -EBADF);
    CHECK_EQ(coil__sys_epoll_ctl(-1, EPOLL_CTL_ADD, 0, &event), -EBADF);
    CHECK_EQ(coil__sys_mmap(&memory, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), -EINVAL);
    CHECK_EQ(coil__sys_uring_enter(-1, 0, 0, 0, NULL, 0) < 0, true);
}

TEST(writing_an_eventfd_leaves_errno_alone)
{
    errno = 1234;
    CHECK_EQ(coil__sys_eventfd_write(-1), -EBADF);
    CHECK_EQ(errno, 1234);
}

TEST(epoll_waits_no_longer_than_asked)
{
    int epoll = coil__sys_epoll_create();
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = 42};
    int fd = coil__sys_eventfd();
    int64_t start = mach_now();

    CHECK_EQ(coil__sys_epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
    CHECK_EQ(coil__sys_epoll_wait(epoll, &event, 1, COIL_US(300)), 0);
    CHECK(mach_now() - start >= COIL_US(300));
    CHECK_EQ(coil__sys_epoll_wait(epoll, &event, 1, -5), 0);
    coil__sys_eventfd_write(fd);
    CHECK_EQ(coil__sys_epoll_wait(epoll, &event, 1, COIL_FOREVER), 1);
    CHECK_EQ(event.data.u64, 42);
    CHECK_EQ(coil__sys_epoll_wait(epoll, &event, 1, 0), 0); /* edge-triggered */
    coil__sys_eventfd_write(fd);
    CHECK_EQ(coil__sys_epoll_wait(epoll, &event, 1, 0), 1); /* though never read */
    coil__sys_close(fd);
    coil__sys_close(epoll);
}

TEST(memory_is_mapped_protected_advised_and_looked_at)
{
    void *memory = NULL;
    struct iovec range = {.iov_len = 4096};
    unsigned char page[2] = {9, 9};

    CHECK_EQ(
        coil__sys_mmap(&memory, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        0);
    CHECK_EQ(coil__sys_madvise(memory, 8192, MADV_NOHUGEPAGE), 0);
    *(char *)memory = 1;
    CHECK_EQ(coil__sys_mincore(memory, 8192, page), 0);
    CHECK_EQ(page[0] & 1, 1);
    CHECK_EQ(page[1] & 1, 0);
    range.iov_base = memory;
    CHECK(coil__sys_process_madvise(&range, 1, MADV_DONTNEED) == 4096 ||
          coil__sys_madvise(memory, 4096, MADV_DONTNEED) == 0);
    CHECK_EQ(*(char *)memory, 0);
    CHECK_EQ(coil__sys_mprotect(memory, 4096, PROT_NONE), 0);
    CHECK_EQ(coil__sys_munmap(memory, 8192), 0);
}

TEST(a_futex_wait_ends_by_value_or_deadline)
{
    uint32_t word = 5;

    CHECK_EQ(coil__sys_futex_wait(&word, 4, COIL_FOREVER), -EAGAIN);
    CHECK_EQ(coil__sys_futex_wait(&word, 5, mach_now() + COIL_US(100)), -ETIMEDOUT);
    CHECK_EQ(coil__sys_futex_wait(&word, 5, -1), -ETIMEDOUT);
    CHECK_EQ(coil__sys_futex_wake(&word, 1), 0);
}

TEST(a_wait_for_two_words_ends_by_either_or_deadline)
{
    uint32_t word = 5;
    uint32_t other = 6;
    int err = coil__sys_futex_wait_either(&word, 4, &other, 6, COIL_FOREVER);

    if (err == -ENOSYS)
        SKIP("this kernel cannot wait for two words");
    CHECK_EQ(err, -EAGAIN);
    CHECK_EQ(coil__sys_futex_wait_either(&word, 5, &other, 7, COIL_FOREVER), -EAGAIN);
    CHECK_EQ(coil__sys_futex_wait_either(&word, 5, &other, 6, mach_now() + COIL_US(100)),
             -ETIMEDOUT);
}

TEST(each_call_fails_when_told_to)
{
    struct epoll_event event = {0};
    struct pollfd look = {.fd = 0};
    struct iovec range = {0};
    uint32_t word = 0;
    void *memory = NULL;
    int fd = coil__sys_eventfd();
    int second = coil__sys_eventfd();

    coil__fault_arm(FAULT_SYS, 1, true);
    CHECK_EQ(coil__sys_eventfd(), -EMFILE);
    CHECK_EQ(coil__sys_epoll_create(), -EMFILE);
    CHECK_EQ(coil__sys_epoll_ctl(0, EPOLL_CTL_ADD, 0, &event), -ENOSPC);
    CHECK_EQ(coil__sys_epoll_wait(0, &event, 1, 0), -EINTR);
    CHECK_EQ(coil__sys_poll(&look, 1, 0), -EINTR);
    CHECK_EQ(coil__sys_uring_setup(8, NULL), -EPERM);
    CHECK_EQ(coil__sys_uring_enter(0, 0, 0, 0, NULL, 0), -EINTR);
    CHECK_EQ(coil__sys_uring_register(0, 0, NULL, 0), -EINVAL);
    CHECK_EQ(coil__sys_mmap(&memory, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), -ENOMEM);
    CHECK_EQ(coil__sys_munmap(NULL, 4096), -ENOMEM);
    CHECK_EQ(coil__sys_mprotect(NULL, 4096, PROT_READ), -ENOMEM);
    CHECK_EQ(coil__sys_madvise(NULL, 4096, MADV_DONTNEED), -EINVAL);
    CHECK_EQ(coil__sys_process_madvise(&range, 1, MADV_DONTNEED), -EPERM);
    CHECK_EQ(coil__sys_mincore(NULL, 4096, NULL), -EAGAIN);
    CHECK_EQ(coil__sys_futex_wait(&word, 0, COIL_FOREVER), -EINTR);
    CHECK_EQ(coil__sys_futex_wait_either(&word, 0, &word, 0, COIL_FOREVER), -EINTR);
    /* These do their work all the same. */
    CHECK_EQ(coil__sys_eventfd_write(fd), -EAGAIN);
    CHECK_EQ(coil__sys_close(second), -EIO);
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(readable(fd), 1);
    CHECK_EQ(coil__sys_close(second), -EBADF);
    coil__sys_close(fd);
}

TEST(a_ring_opens_or_says_why)
{
    struct uring_params params = {0};
    int ring = coil__sys_uring_setup(8, &params);

    if (ring == -ENOSYS || ring == -EPERM)
        SKIP("no io_uring here");
    CHECK(ring >= 0);
    CHECK_EQ(params.sq_entries, 8);
    CHECK(params.features & URING_FEAT_SINGLE_MMAP);
    CHECK_EQ(coil__sys_uring_enter(ring, 0, 0, 0, NULL, 0), 0);
    coil__sys_close(ring);
}
