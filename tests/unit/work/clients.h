/* Clients of servers on real loops: plain sockets of the test's thread. */
#ifndef CLIENTS_H
#define CLIENTS_H

#include "jobs.h"

/* Connected sockets, or a negated errno. */
int dial(uint16_t port);
int dial_path(const char *path);

/* A server's coroutine: tells, for each byte, which of the pool's loops it runs on. */
coil_async void answer(struct coil_stream *client, void *pool);

/* What it tells. */
int ask_loop(int fd);

/* Nothing comes any more; closes it. */
void check_ended(int fd);

#endif
