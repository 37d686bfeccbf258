/* How the kernel's answer becomes an op's result, or the op is asked once more. */
#ifndef COIL_DRIVE_URING_TAKE_H
#define COIL_DRIVE_URING_TAKE_H

#include "drive/uring.h"

/* Takes all that is there, a wake too. */
void coil__uring_take_all(struct uring_driver *self);

/*
 * Since Linux 6.13 an enter that has slept makes a single completion, another one twenty, and keeps
 * the rest for the next. If the last one has brought so many of files, all that are there are
 * fetched, so that who goes on asks for more in one portion: a disk that has finished 64 reads at
 * once gets 64 at once, not 1, 40 and 23. (Sockets do not care.)
 */
void coil__uring_take_rest(struct uring_driver *self, uint32_t brought);

/* A worker has sent the op back. */
void coil__uring_take_back(struct driver *driver, struct op *op);

/* Makes the op's system call, which does not wait. True: it is finished. */
bool coil__uring_do_now(struct uring_driver *self, struct slot *slot, struct op *op);

/* Keeps in mind what the result of an op says about its descriptor. */
void coil__uring_learn(struct uring_driver *self, struct slot *slot, const struct op *op,
                       int64_t result);

#endif
