/*
 * What the servers of a pool's other loops listen on: sockets bound to the same addresses as those
 * of the first loop's server, or, where addresses cannot be shared so, duplicates of its sockets.
 *
 * All but close are called on the first one's loop.
 */
#ifndef COIL_WORK_POOL_SOCKETS_H
#define COIL_WORK_POOL_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

struct coil_server;

struct pool_sockets {
    int *fds;
    size_t count;
};

/* Opens its sockets to being bound beside. They were bound without, so that an address that is in
 * use was found to be. False: that is not possible. */
bool coil__pool_sockets_share(const struct coil_server *first);

/* One listening socket for each of the first one's. After an error too, what was opened is to be
 * closed. */
int coil__pool_sockets_open(struct pool_sockets *self, const struct coil_server *first,
                            bool shareable);

/* Any thread. */
void coil__pool_sockets_close(struct pool_sockets *self);

#endif
