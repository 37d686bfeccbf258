/*
 * Datagram endpoints: UDP and Unix (asyncio: create_datagram_endpoint).
 *
 *     err = coil_datagram_open(&local, NULL, NULL, &endpoint);
 *     n = coil_datagram_recv(endpoint, data, sizeof(data), &from);
 *     coil_datagram_send(endpoint, data, n, &from);
 *     coil_datagram_close(endpoint);
 */
#ifndef COIL_DATAGRAM_H
#define COIL_DATAGRAM_H

#include <stdbool.h>

#include <coil/address.h>

COIL_BEGIN_DECLS

struct coil_datagram;

/* How an endpoint is made. All zero is the default. */
struct coil_datagram_options {
    bool reuse_port; /* several endpoints share the port: each datagram goes to one of them */
    bool broadcast;  /* sending to broadcast addresses is allowed */
};

/**
 * Opens an endpoint. `local` == NULL: any free port; `remote` != NULL: sends to that one and
 * receives from it only. At least one of them says the family. The file of a Unix socket that
 * nobody has any more is replaced.
 *
 * Suspends: no. Owns: the caller closes it.
 * Returns: 0; -EADDRINUSE, -EINVAL (neither, or of two families) ...; *out is set only on 0.
 */
COIL_EXPORT int coil_datagram_open(const struct coil_address *local,
                                   const struct coil_address *remote,
                                   const struct coil_datagram_options *options,
                                   struct coil_datagram **out);

/**
 * Closes it and gives it up. Tasks that wait on it get -EBADF. If its loop is closed, so is it, and
 * only this is left to do. NULL is fine.
 *
 * Suspends: no.
 */
COIL_EXPORT void coil_datagram_close(struct coil_datagram *endpoint);

/**
 * The next datagram (asyncio: datagram_received), and who sent it, unless `from` is NULL. One that
 * is longer than `size` is cut: give room for one byte more than you expect, to see that. An error
 * that the network reports of an earlier send (asyncio: error_received) comes here once; the
 * endpoint lives on.
 *
 * Suspends: yes, if none is there.
 * Cancel-safe: yes; none is lost.
 * Returns: its length (0 is a datagram too); -ECONNREFUSED ...; -EBADF; -ECANCELED.
 */
COIL_EXPORT coil_async int64_t coil_datagram_recv(struct coil_datagram *endpoint, void *data,
                                                  size_t size, struct coil_address *from);

/**
 * Sends one (asyncio: sendto), waiting only if the system's buffer is full. `to` == NULL: to the
 * remote.
 *
 * Suspends: yes, if the buffer is full.
 * Cancel-safe: yes; it was not sent.
 * Returns: 0; -EMSGSIZE, -EDESTADDRREQ, -ECONNREFUSED ...; -ECANCELED.
 */
COIL_EXPORT coil_async int coil_datagram_send(struct coil_datagram *endpoint, const void *data,
                                              size_t size, const struct coil_address *to);

/**
 * Where it is bound.
 *
 * Suspends: no.
 * Returns: 0; -EBADF.
 */
COIL_EXPORT int coil_datagram_address(const struct coil_datagram *endpoint,
                                      struct coil_address *out);

/**
 * Its descriptor, for options.
 *
 * Suspends: no. Owns: the endpoint keeps it.
 * Returns: the descriptor.
 */
COIL_EXPORT int coil_datagram_fd(const struct coil_datagram *endpoint);

COIL_END_DECLS

#endif
