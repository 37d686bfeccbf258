/* The addresses of several hosts, for those who listen on all of them. */
#ifndef COIL_IO_HOSTS_H
#define COIL_IO_HOSTS_H

#include <stddef.h>

#include <coil/address.h>

struct hosts {
    struct coil_address *of;
    size_t count;
};

/*
 * The addresses of each, in their order, and each but once, to listen on; a host that is NULL is
 * all of this machine. 0; -ENOMEM, -ECANCELED, what coil_getaddrinfo says: `hosts` is to be freed
 * whatever it is.
 */
coil_async int coil__hosts_look_up(struct hosts *hosts, const char *const *names, size_t count,
                                   uint16_t port, int family);

void coil__hosts_free(struct hosts *hosts);

/* How many names there are before the NULL. */
static inline size_t hosts_count(const char *const *names)
{
    size_t count = 0;

    while (names[count] != NULL)
        count++;
    return count;
}

#endif
