/* What the drivers share: how an op moves while it is lent, and how results are handed over. */
#ifndef COIL_DRIVE_SERVE_H
#define COIL_DRIVE_SERVE_H

#include "base/list.h"
#include "base/prefetch.h"
#include "drive/drive.h"

#define POLL_EVENTS 0x3fffu /* all that poll(2) knows; epoll's flags lie above */

enum op_stage {
    STAGE_NEW,      /* the driver has it, the kernel does not know yet */
    STAGE_ASKED,    /* the kernel has it, or a worker has the call */
    STAGE_WORKING,  /* a worker has the op itself */
    STAGE_DUE,      /* sim: the result is known, and when it comes */
    STAGE_FINISHED, /* the result is known, done has not been called */
};

/* Of a list of ops. */
static inline struct op *op_of(struct coil_link *link)
{
    return container_of(link, struct op, link);
}

void coil__drive_init(struct driver *driver, const struct driver_ops *ops);

/* Before a driver goes: nothing may be out. */
void coil__drive_fini(struct driver *driver);

/* The result is known. The op is in no list of the driver's any more. */
void coil__drive_finish(struct driver *driver, struct op *op, int64_t result);

/* An op that is over soon: what its end touches, its own part and what follows the driver's. */
static inline void drive_prefetch(const void *op)
{
    prefetch(op);
    prefetch((const char *)op + sizeof(struct op));
}

/* Hands over all that is finished now; what their done functions finish waits for the next time. */
void coil__drive_deliver(struct driver *driver);

/* An attempt to send, or one after the other. */
void coil__drive_send_alone(struct driver *driver, struct drive_send *send);
void coil__drive_send_singly(struct driver *driver, struct drive_send *sends, size_t count);

/* The same for every driver that lives in the real world. */
int64_t coil__drive_now(struct driver *driver);

/* How long to sleep at most: COIL_FOREVER, or >= 0; 0 looks. A deadline <= 0 does not ask the
 * clock. */
int64_t coil__drive_timeout(int64_t deadline_ns);

#endif
