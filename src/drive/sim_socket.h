/* What the world is asked of sockets: as struct world_ops, of simulated descriptors only. */
#ifndef COIL_DRIVE_SIM_SOCKET_H
#define COIL_DRIVE_SIM_SOCKET_H

#include "drive/drive.h"

int coil__sim_socket_make(struct driver *driver, int family, int type, int protocol);
int coil__sim_socket_pair(struct driver *driver, int family, int type, int fds[2]);
int coil__sim_socket_bind(struct driver *driver, int fd, const struct sockaddr *address,
                          uint32_t length);
int coil__sim_socket_listen(struct driver *driver, int fd, int backlog);
int coil__sim_socket_name(struct driver *driver, int fd, bool peer, struct sockaddr *address,
                          uint32_t *length);
int coil__sim_socket_shutdown(struct driver *driver, int fd, int how);

#endif
