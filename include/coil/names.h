/*
 * Names of hosts and services, looked up by the C library in threads of their own: a full default
 * pool never delays a lookup. Addresses written out ("127.0.0.1", "::1") need no thread.
 */
#ifndef COIL_NAMES_H
#define COIL_NAMES_H

#include <netdb.h>

#include <coil/address.h>

COIL_BEGIN_DECLS

struct addrinfo;

/* Programs that use the EAI_ and AI_ names ask the C library for POSIX: -std=gnu11, or
 * -D_GNU_SOURCE.
 *
 * The codes of getaddrinfo (asyncio: socket.gaierror), as errors of coil: EAI_NONAME comes as
 * -COIL_EGAI(EAI_NONAME). coil_strerror knows them. */
#define COIL_EGAI_BASE 5200
#define COIL_EGAI(code) (COIL_EGAI_BASE - (code))

/**
 * Looks up a host and a service (asyncio: loop.getaddrinfo). `hints` may be NULL: then for streams.
 *
 * Suspends: yes, unless it is an address and a number.
 * Cancel-safe: yes; the thread looks on and its answer is dropped.
 * Owns: the caller frees *out with freeaddrinfo.
 * Returns: 0; -COIL_EGAI(EAI_...); -ENOMEM, -EAGAIN (no thread could be made), -ECANCELED.
 */
COIL_EXPORT coil_async int coil_getaddrinfo(const char *host, const char *service,
                                            const struct addrinfo *hints, struct addrinfo **out);

/**
 * The name of an address (asyncio: loop.getnameinfo). `flags` as of getnameinfo(3): NI_NUMERICHOST
 * ...; NULL and 0 for what is not wanted.
 *
 * Suspends: yes, unless both are asked for as numbers.
 * Cancel-safe: yes.
 * Returns: 0; -COIL_EGAI(EAI_...); -ENOMEM, -EAGAIN, -ECANCELED.
 */
COIL_EXPORT coil_async int coil_getnameinfo(const struct coil_address *address, char *host,
                                            size_t host_size, char *service, size_t service_size,
                                            int flags);

COIL_END_DECLS

#endif
