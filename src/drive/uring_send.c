#include "drive/uring_send.h"

#include "drive/ring_send.h"
#include "drive/uring_slots.h"
#include "drive/uring_take.h"

static struct uring_driver *uring_of(struct driver *driver)
{
    return container_of(driver, struct uring_driver, driver);
}

static bool is_written(struct driver *driver, int fd)
{
    struct slot *slot = uring_slot_find(uring_of(driver), fd);

    return slot != NULL && !list_empty(&slot->writes);
}

static void take_all(struct driver *driver)
{
    coil__uring_take_all(uring_of(driver));
}

void coil__uring_send(struct driver *driver, struct drive_send *sends, size_t count)
{
    struct uring_driver *self = uring_of(driver);

    if (count > 1 && self->modern && coil__ring_can_send(self->operations))
        coil__ring_send(&(struct ring_sender){driver, &self->ring, is_written, take_all}, sends,
                        count);
    else
        coil__drive_send_singly(driver, sends, count);
}
