#include "mach/sys_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "kit.h"

TEST(it_has_its_size_and_is_zeroed)
{
    int fd = coil__sys_memfd("some", 5000);
    struct stat status;
    char byte = 1;

    CHECK(fd >= 0);
    CHECK_EQ(fstat(fd, &status), 0);
    CHECK_EQ(status.st_size, 5000);
    CHECK_EQ(pread(fd, &byte, 1, 4999), 1);
    CHECK_EQ(byte, 0);
    CHECK_EQ(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    close(fd);
}

TEST(what_cannot_be_is_an_error_and_leaves_nothing_open)
{
    CHECK_EQ(coil__sys_memfd("too large", SIZE_MAX / 2 + 10), -EINVAL);
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(coil__sys_memfd("no more", 10), -EMFILE);
    coil__fault_arm(FAULT_SYS, 0, false);
}
