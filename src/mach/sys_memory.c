#include "mach/sys_memory.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fault.h"
#include "mach/sys.h"

int coil__sys_memfd(const char *name, size_t size)
{
    int err, fd;

    if (fault(FAULT_SYS))
        return -EMFILE;
    fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (ftruncate(fd, (off_t)size) == 0)
        return fd;
    err = -errno;
    coil__sys_close(fd);
    return err;
}
