/*
 * What may block the thread however it is asked: the disk, and names on it. Workers do it, on the
 * op where it lies; so a cancel either comes before the work has begun, or waits for its result.
 */
#ifndef COIL_DRIVE_FILES_H
#define COIL_DRIVE_FILES_H

#include "drive/call.h"
#include "drive/now.h"

/* Whether -EAGAIN from op_now means that this op blocks, rather than that it is not ready. */
bool coil__op_blocks(const struct op *op, enum nature nature);

/* Whether a close may block: of a file, and of a socket that lingers until its peer has all. */
bool coil__close_blocks(int fd, enum nature nature);
bool coil__close_lingers(int fd);

/*
 * OP_SENDFILE of at most 64 KiB that are in the page cache, to a socket that has room: through
 * memory, which costs half of what lending the op to a worker does. Anything else: -EAGAIN.
 */
int64_t coil__send_file_now(const struct op *op);

/* Does the op, however long it takes; the result is in op->result. Only OP_SENDFILE never waits for
 * whom it writes to: -EAGAIN. */
void coil__op_block(struct op *op);

/* For a driver that has nothing to do with the op meanwhile. */
void coil__files_submit(struct call_port *port, struct op *op);
void coil__files_cancel(struct driver *driver, struct op *op);

#endif
