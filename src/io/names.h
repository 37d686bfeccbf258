/* Lookups for those who then connect or listen. */
#ifndef COIL_IO_NAMES_H
#define COIL_IO_NAMES_H

#include <string.h>

#include <coil/address.h>
#include <coil/names.h>

/* coil_getaddrinfo for streams of a host and a port; a host that nobody knows is told in words. */
coil_async int coil__look_up(const char *host, uint16_t port, int family, int flags,
                             struct addrinfo **out);

static inline void address_take(struct coil_address *to, const struct addrinfo *found)
{
    memset(to, 0, sizeof(*to));
    memcpy(&to->as, found->ai_addr, found->ai_addrlen);
    to->length = found->ai_addrlen;
}

#endif
