/* What this kernel's io_uring can do. */
#ifndef COIL_DRIVE_URING_SETUP_H
#define COIL_DRIVE_URING_SETUP_H

#include "drive/uring.h"

/*
 * Opens the ring and asks what it knows; says so in the debug log. $COIL_URING_WITHOUT, names with
 * commas between, takes away what the kernel has, so that the other ways can be tested: opcodes
 * ("recv", "waitid", ...), "multishot", "defer", "coop", or "all" for every opcode but poll.
 */
int coil__uring_setup(struct uring_driver *self);

/* Whether that takes this one away. */
bool coil__uring_unwanted(const char *name);

#endif
