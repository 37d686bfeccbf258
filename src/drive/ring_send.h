/*
 * Many sends by one system call.
 *
 * A request that must not wait is over when the kernel has taken it, and if its success need not be
 * told there is nothing to fetch: what is saved is the system call around each of them. Only what
 * was cut short, or refused, comes back as a completion.
 */
#ifndef COIL_DRIVE_RING_SEND_H
#define COIL_DRIVE_RING_SEND_H

#include "drive/drive.h"
#include "drive/ring.h"

#define RING_SEND 2u /* in user_data, beside the address of the drive_send */

/* By which ring. */
struct ring_sender {
    struct driver *driver;
    struct ring *ring;
    bool (*busy)(struct driver *driver, int fd); /* an op is out that writes there */
    void (*take)(struct driver *driver);         /* takes what has come off the ring */
};

/* Whether a kernel with these opcodes does it so. */
bool coil__ring_can_send(uint64_t operations);

void coil__ring_send(const struct ring_sender *sender, struct drive_send *sends, size_t count);

/* For `take`: one of them was not sent, or not as a whole. Which one. */
struct drive_send *coil__ring_send_failed(const struct uring_cqe *completion);

#endif
