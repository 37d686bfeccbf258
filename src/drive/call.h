/*
 * What workers do for the drivers of the real world: OP_CALL here, files in files.h. What ended
 * comes back by a list that threads push to and the loop takes as a whole. The list is one word,
 * and the word also says whether the loop sleeps, so that a worker writes to wake_fd only then and
 * no wake is lost.
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

/* Finishes the ops of all calls that have ended, and hands over the other ops that are back. */
void coil__calls_collect(struct call_port *port, struct driver *driver);

typedef void calls_back_fn(struct driver *driver, struct op *op);

/* Whom the other ops are handed to, result and all; without this they are finished. */
void coil__calls_on_back(struct call_port *port, calls_back_fn *back);

/* Gives an op that is no OP_CALL to a worker: work(op->lent) is called, there or, if no worker can
 * be had, here, and then sends the op back. It does not end without. */
void coil__calls_lend(struct call_port *port, struct op *op, void (*run)(struct mach_work *work));

/* The same by a thread that start(work) finds. What it says if it finds none is returned: the op is
 * the caller's still. */
int coil__calls_lend_by(struct call_port *port, struct op *op, void (*run)(struct mach_work *work),
                        int (*start)(struct mach_work *work));

/* In the worker, at the end: the op belongs to the loop again. */
void coil__calls_send_back(struct op *op);

/* Has it back at once, if the work has not begun; false: it will come. */
bool coil__calls_withdraw(struct op *op);

/* The block's life: begin makes the op's reference, drive_done gives it up. Any driver. */
void coil__call_begin(struct op *op);
void coil__call_unref(struct op_call *block);

#endif
