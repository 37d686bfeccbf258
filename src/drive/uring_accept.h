/*
 * OP_ACCEPT of the uring driver: one lasting (multishot) request per listening socket, asked when
 * the first op comes. Each op takes one connection; what comes beyond waits here for the next op
 * (an op that is to take its `only` one has a request of its own).
 * The request is withdrawn when the loop is about to wait and no op asks any more, so that what a
 * busy server does not take stays in the kernel's queue, where others can have it. No connection is
 * lost but by close.
 */
#ifndef COIL_DRIVE_URING_ACCEPT_H
#define COIL_DRIVE_URING_ACCEPT_H

#include "drive/uring.h"

struct acceptor;

/* The op's result if a connection waits here; -EAGAIN: none does, but the kernel would bring it;
 * -ENOENT: there is no lasting request. */
int64_t coil__acceptor_take(struct slot *slot, struct op *op);

/* An op is first in line: has the lasting request made. -EAGAIN: enter first, -ENOMEM; else 0. */
int coil__acceptor_ask(struct uring_driver *self, struct slot *slot);

/* An op of the socket's went away, so perhaps nobody asks any more. */
void coil__acceptor_check(struct uring_driver *self, struct slot *slot);

/* Tells the kernel which requests to withdraw: those of closed sockets, and before a wait those
 * that nobody needs. False: enter first. */
bool coil__acceptors_withdraw(struct uring_driver *self, bool to_wait);

/* A completion comes in. */
void coil__acceptor_take_completion(struct uring_driver *self, struct acceptor *acceptor,
                                    const struct uring_cqe *completion);

/* The socket is closed: so is what waits here, and what is still to come. */
void coil__acceptor_orphan(struct uring_driver *self, struct slot *slot);

/* Every socket counts as closed from now on: the driver goes. */
void coil__acceptors_end(struct uring_driver *self);

/* Whether the kernel still has any request. */
bool coil__acceptors_asked(const struct uring_driver *self);

/* The ring is gone. */
void coil__acceptors_free(struct uring_driver *self);

#endif
