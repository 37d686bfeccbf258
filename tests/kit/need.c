/* What some tests need of the machine: they are skipped where it is not to be had. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kit_internal.h"

static _Noreturn void lack(const char *what)
{
    char reason[100];

    snprintf(reason, sizeof(reason), "%s: %s", what, strerror(errno));
    SKIP(reason);
}

/* Whether this kernel, and whoever confines us, lets us have an io_uring. */
void kit_need_driver(const char *driver)
{
    unsigned char parameters[120] = {0}; /* struct io_uring_params */
    long ring;

    if (strcmp(driver, "uring") != 0)
        return;
    ring = syscall(SYS_io_uring_setup, 1, parameters);
    if (ring < 0 && errno != ENOMEM) /* that is for this moment only */
        lack("io_uring_setup");
    if (ring >= 0)
        close((int)ring);
}

void kit_need_ipv6(void)
{
    struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const char *driver = getenv("COIL_DRIVER");
    int fd;

    if (driver != NULL && strcmp(driver, "sim") == 0)
        return;
    fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) != 0)
        lack("no IPv6 here");
    close(fd);
}
