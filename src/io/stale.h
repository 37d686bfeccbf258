/* Files of Unix sockets that are gone: they make room for the next who binds there. */
#ifndef COIL_IO_STALE_H
#define COIL_IO_STALE_H

#include <coil/address.h>

/* As coil_sock_bind of a socket of that type, but a file in the way is removed if nobody has its
 * socket any more. Never waits. */
int coil__bind_over_stale(int fd, int type, const struct coil_address *address);

#endif
