/*
 * Sockets, as descriptors (asyncio's loop.sock_* functions).
 *
 *     int fd = coil_sock_open(AF_INET, SOCK_STREAM, 0);
 *
 *     err = coil_sock_connect(fd, &address);
 *     err = coil_sock_sendall(fd, "ping\n", 5);
 *     n = coil_sock_recv(fd, buffer, sizeof(buffer));
 *     coil_close(fd);
 *
 * A descriptor that was used here belongs to the loop until coil_close or coil_close_soon; in the
 * simulator it may exist in the simulated world only. Every function needs a running loop in its
 * thread. Buffers are lent for the time of the call: when it returns, cancelled or not, nobody
 * touches them any more. Several tasks may use one descriptor: those who read are served in order
 * of arrival, as are those who write.
 */
#ifndef COIL_SOCK_H
#define COIL_SOCK_H

#include <coil/address.h>

COIL_BEGIN_DECLS

/**
 * Opens a socket (socket(2)): non-blocking, close-on-exec.
 *
 * Suspends: no. Owns: the caller closes it.
 * Returns: the descriptor; -EMFILE, -EAFNOSUPPORT ...
 */
COIL_EXPORT int coil_sock_open(int family, int type, int protocol);

/**
 * Opens two sockets connected to each other (socketpair(2)).
 *
 * Suspends: no. Owns: the caller closes both.
 * Returns: 0; -EMFILE ...
 */
COIL_EXPORT int coil_sock_pair(int family, int type, int fds[2]);

/**
 * Binds to a local address (bind(2)).
 *
 * Suspends: no.
 * Returns: 0; -EADDRINUSE, -EADDRNOTAVAIL, -EACCES ...
 */
COIL_EXPORT int coil_sock_bind(int fd, const struct coil_address *address);

/**
 * Begins to listen (listen(2)).
 *
 * Suspends: no.
 * Returns: 0; -EADDRINUSE ...
 */
COIL_EXPORT int coil_sock_listen(int fd, int backlog);

/**
 * The address at this end (getsockname) or at the other (getpeername).
 *
 * Suspends: no.
 * Returns: 0; -ENOTCONN ...
 */
COIL_EXPORT int coil_sock_name(int fd, struct coil_address *out);
COIL_EXPORT int coil_sock_peer(int fd, struct coil_address *out);

/**
 * Sets an option whose value is an int (setsockopt): SOL_SOCKET SO_REUSEADDR, SO_REUSEPORT,
 * SO_KEEPALIVE; IPPROTO_TCP TCP_NODELAY, TCP_KEEPIDLE; ...
 *
 * Suspends: no.
 * Returns: 0; -ENOPROTOOPT ...
 */
COIL_EXPORT int coil_sock_set(int fd, int level, int name, int value);

/**
 * Reads such an option (getsockopt).
 *
 * Suspends: no.
 * Returns: 0; -ENOPROTOOPT ...; *value is set on 0.
 */
COIL_EXPORT int coil_sock_get(int fd, int level, int name, int *value);

/**
 * The same of options that are more than an int: SO_LINGER, SO_RCVTIMEO, IP_ADD_MEMBERSHIP (a
 * multicast group joined), SO_BINDTODEVICE, TCP_CONGESTION ...
 *
 * Suspends: no.
 * Returns: set: 0; get: how many bytes it has, no more than `size`; -EINVAL (of another size),
 * -ENOPROTOOPT ...
 */
COIL_EXPORT int coil_sock_set_bytes(int fd, int level, int name, const void *value, size_t size);
COIL_EXPORT int coil_sock_get_bytes(int fd, int level, int name, void *value, size_t size);

/**
 * Ends one direction or both (shutdown(2)): SHUT_RD, SHUT_WR, SHUT_RDWR.
 *
 * Suspends: no.
 * Returns: 0; -ENOTCONN ...
 */
COIL_EXPORT int coil_sock_shutdown(int fd, int how);

/**
 * Connects (asyncio: sock_connect). A socket whose connect failed or was cancelled is good for
 * coil_close only.
 *
 * Suspends: yes.
 * Cancel-safe: yes.
 * Returns: 0; -ECONNREFUSED, -ENETUNREACH, -ETIMEDOUT ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_sock_connect(int fd, const struct coil_address *address);

/**
 * Takes the next connection of a listening socket (asyncio: sock_accept): non-blocking,
 * close-on-exec. `peer` may be NULL.
 *
 * Suspends: yes.
 * Cancel-safe: yes; no connection is lost.
 * Owns: the caller closes it.
 * Returns: the descriptor; -EMFILE, -ENFILE, -ENOBUFS (try again later); -ECANCELED.
 */
COIL_EXPORT coil_async int coil_sock_accept(int fd, struct coil_address *peer);

/**
 * Receives what is there, at least a byte (asyncio: sock_recv_into).
 *
 * Suspends: yes.
 * Cancel-safe: yes; nothing is lost.
 * Returns: how many bytes; 0: the peer has ended its direction; -ECONNRESET ...; -ECANCELED.
 */
COIL_EXPORT coil_async int64_t coil_sock_recv(int fd, void *data, size_t size);

/**
 * The same with the sender's address (asyncio: sock_recvfrom_into). `from` may be NULL.
 *
 * Suspends: yes.
 * Cancel-safe: yes; nothing is lost.
 * Returns: how many bytes; a datagram longer than `size` is cut; -ECANCELED ...
 */
COIL_EXPORT coil_async int64_t coil_sock_recvfrom(int fd, void *data, size_t size,
                                                  struct coil_address *from);

/**
 * Sends all (asyncio: sock_sendall).
 *
 * Suspends: yes.
 * Cancel-safe: no: how much went out is not known then.
 * Returns: 0; -EPIPE, -ECONNRESET ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_sock_sendall(int fd, const void *data, size_t size);

/**
 * Sends a datagram (asyncio: sock_sendto). to == NULL: to whom the socket is connected.
 *
 * Suspends: yes.
 * Cancel-safe: yes; it was not sent.
 * Returns: how many bytes; -EMSGSIZE, -ECONNREFUSED ...; -ECANCELED.
 */
COIL_EXPORT coil_async int64_t coil_sock_sendto(int fd, const void *data, size_t size,
                                                const struct coil_address *to);

/**
 * Sends a part of a regular file (asyncio: sock_sendfile): `size` bytes from `offset`, or less if
 * the file ends before.
 *
 * Suspends: yes.
 * Cancel-safe: no: how much went out is not known then.
 * Returns: how many bytes; -EPIPE, -ECONNRESET, -EIO ...; -ECANCELED.
 */
COIL_EXPORT coil_async int64_t coil_sock_sendfile(int fd, int file, int64_t offset, size_t size);

struct msghdr;

/**
 * Message forms (recvmsg(2), sendmsg(2)): several buffers, control messages, descriptors sent.
 *
 * Suspends: yes.
 * Cancel-safe: yes; nothing was received, nothing sent.
 * Returns: how many bytes; negative errors; -ECANCELED.
 */
COIL_EXPORT coil_async int64_t coil_sock_recvmsg(int fd, struct msghdr *message, int flags);
COIL_EXPORT coil_async int64_t coil_sock_sendmsg(int fd, struct msghdr *message, int flags);

COIL_END_DECLS

#endif
