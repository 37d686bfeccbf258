/*
 * OP_CALL for the drivers of the real world: mach's workers run it, and what ended comes back by a
 * list that threads push to and the loop takes as a whole. The list is one word, and the word also
 * says whether the loop sleeps, so that a worker writes to wake_fd only then and no wake is lost.
 */
#ifndef COIL_DRIVE_CALL_H
#define COIL_DRIVE_CALL_H

#include "drive/serve.h"

/* Shared with the workers, so it may outlive its driver. */
struct call_port;

/* NULL: no memory. */
struct call_port *coil__calls_open(int wake_fd);

/* Calls that were detached may still run; they will not touch wake_fd any more. NULL is fine. */
void coil__calls_close(struct call_port *port);

void coil__calls_submit(struct call_port *port, struct driver *driver, struct op *op);
void coil__calls_cancel(struct call_port *port, struct driver *driver, struct op *op);

/* About to sleep: false if something has ended already. After the sleep, or instead of it,
 * collect. */
bool coil__calls_may_sleep(struct call_port *port);

/* Finishes the ops of all calls that have ended. */
void coil__calls_collect(struct call_port *port, struct driver *driver);

/* The block's life: begin makes the op's reference, drive_done gives it up. Any driver. */
void coil__call_begin(struct op *op);
void coil__call_unref(struct op_call *block);

#endif
