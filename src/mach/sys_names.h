/*
 * The C library's lookups of names, which may block for long. Results are 0, a negated errno, or
 * -COIL_EGAI(code); see sys.h for the rules.
 */
#ifndef COIL_MACH_SYS_NAMES_H
#define COIL_MACH_SYS_NAMES_H

#include <coil/names.h>

int coil__sys_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                          struct addrinfo **out);
int coil__sys_getnameinfo(const struct sockaddr *address, socklen_t length, char *host,
                          size_t host_size, char *service, size_t service_size, int flags);

#endif
