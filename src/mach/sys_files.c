#include "mach/sys_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"

static int64_t told(int64_t result)
{
    return result < 0 ? -(int64_t)errno : result;
}

int coil__sys_truncate(const char *path, int64_t size)
{
    if (fault(FAULT_SYS))
        return -EACCES;
    return (int)told(truncate(path, size));
}

int coil__sys_ftruncate(int fd, int64_t size)
{
    if (fault(FAULT_SYS))
        return -EIO;
    return (int)told(ftruncate(fd, size));
}

int coil__sys_chmod(const char *path, uint32_t mode)
{
    if (fault(FAULT_SYS))
        return -EPERM;
    return (int)told(chmod(path, mode));
}

int coil__sys_fchmod(int fd, uint32_t mode)
{
    if (fault(FAULT_SYS))
        return -EPERM;
    return (int)told(fchmod(fd, mode));
}

int coil__sys_rename(const char *from, const char *to)
{
    if (fault(FAULT_SYS))
        return -EACCES;
    return (int)told(rename(from, to));
}

int coil__sys_link(const char *from, const char *to)
{
    if (fault(FAULT_SYS))
        return -EMLINK;
    return (int)told(link(from, to));
}

int coil__sys_symlink(const char *target, const char *path)
{
    if (fault(FAULT_SYS))
        return -EACCES;
    return (int)told(symlink(target, path));
}

int64_t coil__sys_readlink(const char *path, char *target, size_t size)
{
    if (fault(FAULT_SYS))
        return -EACCES;
    return told(readlink(path, target, size));
}

/* Here the kernels differ most: between file systems, with files that tell no size ... */
int64_t coil__sys_copy_range(int to, int from, int64_t offset, size_t size)
{
    off_t at = offset, there = offset;

    if (fault(FAULT_SYS))
        return -EXDEV;
    return told(copy_file_range(from, &at, to, &there, size, 0));
}

int coil__sys_unlink(const char *path, int flags)
{
    if (fault(FAULT_SYS))
        return -EACCES;
    return (int)told(unlinkat(AT_FDCWD, path, flags));
}

int coil__sys_mkdir(const char *path, uint32_t mode)
{
    if (fault(FAULT_SYS))
        return -EACCES;
    return (int)told(mkdir(path, mode));
}
