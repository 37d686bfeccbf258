/*
 * Sockets on this machine, for the triples of sock_*. socks.py has the same functions under the
 * same names.
 */
#ifndef CONFORMANCE_SOCKS_H
#define CONFORMANCE_SOCKS_H

#include "common/talk.h"

#include <coil/file.h>
#include <coil/sock.h>

/* A socket. */
int opened(int family, int kind);

/* One with a free port of 127.0.0.1, which *at tells. */
int bound(int kind, struct coil_address *at);

/* One that listens there. */
int listening(struct coil_address *at);

/* Both ends of a connection. */
struct ends {
    int near, far;
};

coil_async struct ends connected(void);
void close_both(struct ends ends);

/* Sends a text. */
coil_async void send_text(int fd, const char *words);

/* A task that receives once and says what. */
struct receiver {
    const char *who;
    int fd;
};

coil_async struct coil_result receives(void *receiver);

#endif
