#include "mach/sys_names.h"

#include <errno.h>

#include "base/fault.h"

/* The library's answer as one of ours. */
static int told(int code)
{
    if (code == 0)
        return 0;
    return code == EAI_SYSTEM && errno != 0 ? -errno : -COIL_EGAI(code);
}

int coil__sys_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                          struct addrinfo **out)
{
    if (fault(FAULT_SYS))
        return -EMFILE;
    errno = 0;
    return told(getaddrinfo(host, service, hints, out));
}

int coil__sys_getnameinfo(const struct sockaddr *address, socklen_t length, char *host,
                          size_t host_size, char *service, size_t service_size, int flags)
{
    if (fault(FAULT_SYS))
        return -EMFILE;
    errno = 0;
    return told(getnameinfo(address, length, host, (socklen_t)host_size, service,
                            (socklen_t)service_size, flags));
}
