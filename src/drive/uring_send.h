/* Many sends at once, by the driver's own ring. */
#ifndef COIL_DRIVE_URING_SEND_H
#define COIL_DRIVE_URING_SEND_H

#include "drive/uring.h"

/* driver_ops.send. What else has come meanwhile is for the next wait. */
void coil__uring_send(struct driver *driver, struct drive_send *sends, size_t count);

#endif
