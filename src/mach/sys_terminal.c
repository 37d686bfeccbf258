#include "mach/sys_terminal.h"

#include <errno.h>
#include <sys/ioctl.h>

#include "base/fault.h"

int coil__sys_columns(int fd)
{
    struct winsize size;

    if (fault(FAULT_SYS))
        return -ENOTTY;
    return ioctl(fd, TIOCGWINSZ, &size) != 0 ? -errno : size.ws_col;
}
