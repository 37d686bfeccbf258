/*
 * Addresses of sockets: IPv4, IPv6 and Unix, as values.
 */
#ifndef COIL_ADDRESS_H
#define COIL_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <coil/result.h>

COIL_BEGIN_DECLS

/* An address of whatever family, and how much of it counts. Length 0: none. */
struct coil_address {
    union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
        struct sockaddr_un unix_path; /* sun_path[0] == 0: an abstract name */
        struct sockaddr_storage storage;
    } as;
    socklen_t length;
};

/* Enough for coil_address_format, whatever the address, and the zero byte behind it. */
#define COIL_ADDRESS_TEXT 440

/**
 * Reads an address written out: "127.0.0.1:80", "[::1]:80", "[fe80::1%eth0]:80", "127.0.0.1",
 * "::1" (then the port is `port`), "unix:/run/socket", "unix:@abstract". In the names of Unix
 * sockets \xHH is the byte of that value. Names of hosts are not looked up: see coil/names.h.
 *
 * Suspends: no. Thread: any.
 * Returns: 0; -EINVAL if it is none; -ENAMETOOLONG; -ENODEV (no such interface after %). *out is
 * set only on 0.
 */
COIL_EXPORT int coil_address_parse(const char *text, uint16_t port, struct coil_address *out);

/**
 * Writes an address out, so that coil_address_parse reads an equal one from it. The empty one, one
 * of another family, and a Unix socket without a name: "".
 *
 * Suspends: no. Thread: any.
 * Returns: the length of the text, like snprintf: >= size means that it was cut.
 */
COIL_EXPORT int coil_address_format(const struct coil_address *address, char *text, size_t size);

/**
 * The port of an IP address.
 *
 * Suspends: no. Thread: any.
 * Returns: it, in the machine's byte order; 0 for other families.
 */
COIL_EXPORT uint16_t coil_address_port(const struct coil_address *address);

/**
 * Sets the port of an IP address; nothing for other families.
 *
 * Suspends: no. Thread: any.
 */
COIL_EXPORT void coil_address_set_port(struct coil_address *address, uint16_t port);

/**
 * Whether both are the same address and port (and scope, of IPv6). Two sockets without a name are
 * not told apart.
 *
 * Suspends: no. Thread: any.
 * Returns: true if so.
 */
COIL_EXPORT bool coil_address_equal(const struct coil_address *a, const struct coil_address *b);

COIL_END_DECLS

#endif
