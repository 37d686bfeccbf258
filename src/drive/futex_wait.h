/*
 * OP_FUTEX for drivers whose kernel does not know how to wait for a word among other things: a
 * thread sleeps on it (futex_threads.h). One for each op, though futex_waitv sleeps on many words:
 * it tells only one of those that were woken, and the others' wake-ups would be lost.
 */
#ifndef COIL_DRIVE_FUTEX_WAIT_H
#define COIL_DRIVE_FUTEX_WAIT_H

#include "drive/call.h"

/* It comes back by the port; without a thread it ends with -ENOMEM. */
void coil__futex_submit(struct call_port *port, struct driver *driver, struct op *op);

/* The thread is told to come back, with -ECANCELED unless it was woken before that. */
void coil__futex_cancel(struct op *op);

/* Whether Linux is older than 5.16, as far as is known. A test may say so. */
extern bool coil__futex_old_kernel;

#endif
