/* The driver for every Linux: readiness by epoll, what may block by workers. */
#include <errno.h>

#include "base/alloc.h"
#include "base/debug.h"
#include "drive/call.h"
#include "drive/futex_wait.h"
#include "drive/polls.h"
#include "drive/ring_send.h"
#include "drive/uring_setup.h"
#include "mach/valgrind.h"

#define SENDS 256 /* by one system call */

/* To send many by, where that can be had. */
enum sender { SENDER_UNTRIED, SENDER_RING, SENDER_NONE };

struct epoll_driver {
    struct driver driver;
    struct polls polls;
    struct call_port *calls;
    enum sender sender;
    struct ring ring;
};

static struct epoll_driver *epoll_of(struct driver *driver)
{
    return container_of(driver, struct epoll_driver, driver);
}

static void epoll_back(struct driver *driver, struct op *op)
{
    if (op->kind == OP_FUTEX)
        coil__drive_finish(driver, op, op->result);
    else
        coil__polls_back(&epoll_of(driver)->polls, op);
}

static int epoll_open(const struct driver_options *options, struct driver **out)
{
    struct epoll_driver *self = mem_zalloc(sizeof(*self));
    int err = -ENOMEM;

    if (self == NULL)
        return -ENOMEM;
    coil__drive_init(&self->driver, &coil__driver_epoll);
    self->calls = coil__calls_open(options->wake_fd);
    if (self->calls != NULL)
        err = coil__polls_open(&self->polls, &self->driver, coil__drive_finish, options->wake_fd);
    if (err) {
        coil__calls_close(self->calls);
        mem_free(self);
        return err;
    }
    self->polls.calls = self->calls;
    coil__calls_on_back(self->calls, epoll_back);
    *out = &self->driver;
    return 0;
}

static void epoll_close(struct driver *driver)
{
    struct epoll_driver *self = epoll_of(driver);

    coil__drive_fini(driver);
    if (self->sender == SENDER_RING)
        coil__ring_close(&self->ring);
    coil__polls_close(&self->polls);
    coil__calls_close(self->calls);
    mem_free(self);
}

static void epoll_submit(struct driver *driver, struct op *op)
{
    struct epoll_driver *self = epoll_of(driver);

    if (op->kind == OP_CALL)
        coil__calls_submit(self->calls, driver, op);
    else if (op->kind == OP_FUTEX)
        coil__futex_submit(self->calls, driver, op);
    else
        coil__polls_submit(&self->polls, op);
}

static void epoll_cancel(struct driver *driver, struct op *op)
{
    struct epoll_driver *self = epoll_of(driver);

    if (op->kind == OP_CALL)
        coil__calls_cancel(self->calls, driver, op);
    else if (op->kind == OP_FUTEX)
        coil__futex_cancel(op);
    else
        coil__polls_cancel(&self->polls, op);
}

static int64_t epoll_attempt(struct driver *driver, struct op *op)
{
    return coil__polls_attempt(&epoll_of(driver)->polls, op);
}

/* The loop may be run by one thread now, and by another one then. */
static enum sender open_sender(struct ring *ring)
{
    if (coil__uring_unwanted("send") || valgrind_runs() ||
        coil__ring_open(ring, SENDS, SENDS, URING_SETUP_SINGLE_ISSUER) != 0)
        return SENDER_NONE;
    if (coil__ring_can_send(coil__ring_operations(ring))) {
        coil__debug("epoll: many sends at once go by io_uring");
        return SENDER_RING;
    }
    coil__ring_close(ring);
    return SENDER_NONE;
}

static bool is_written(struct driver *driver, int fd)
{
    struct poll_slot *slot = slot_find(&epoll_of(driver)->polls.slots, fd);

    return slot != NULL && slot_taken(slot, WRITING);
}

static void take_failed(struct driver *driver)
{
    struct uring_cqe completion;

    while (coil__ring_take(&epoll_of(driver)->ring, &completion))
        coil__ring_send_failed(&completion);
}

static void epoll_send(struct driver *driver, struct drive_send *sends, size_t count)
{
    struct epoll_driver *self = epoll_of(driver);

    if (count > 1 && self->sender == SENDER_UNTRIED)
        self->sender = open_sender(&self->ring);
    if (count > 1 && self->sender == SENDER_RING)
        coil__ring_send(&(struct ring_sender){driver, &self->ring, is_written, take_failed}, sends,
                        count);
    else
        coil__drive_send_singly(driver, sends, count);
}

static bool epoll_unready(struct driver *driver, int fd)
{
    const struct poll_slot *slot = slot_find(&epoll_of(driver)->polls.slots, fd);

    return slot != NULL && slot_waits(slot, READING);
}

static void epoll_forget(struct driver *driver, int fd)
{
    coil__polls_forget(&epoll_of(driver)->polls, fd);
}

static int epoll_keep(struct driver *driver, int fd)
{
    return coil__polls_doom(&epoll_of(driver)->polls, fd);
}

/* One look at the descriptors, or one sleep. True if there is a reason to go home. */
static bool sleep_once(struct epoll_driver *self, int64_t deadline_ns)
{
    struct driver *driver = &self->driver;
    int64_t timeout = 0;
    enum polls_end end = POLLS_READY;

    coil__polls_flush(&self->polls);
    if (deadline_ns > 0 && list_empty(&driver->finished) && coil__calls_may_sleep(self->calls))
        timeout = coil__drive_timeout(deadline_ns);
    /* A look that can find nothing is not made: a wake stays where it is for the next sleep. */
    if (timeout > 0 || self->polls.waiting)
        end = coil__polls_wait(&self->polls, timeout);
    coil__calls_collect(self->calls, driver);
    return end != POLLS_READY || timeout == 0 || !list_empty(&driver->finished);
}

static int epoll_wait_(struct driver *driver, int64_t deadline_ns, bool alone)
{
    struct epoll_driver *self = epoll_of(driver);

    (void)alone;
    while (!sleep_once(self, deadline_ns))
        ;
    coil__drive_deliver(driver);
    return 0;
}

const struct driver_ops coil__driver_epoll = {
    .name = "epoll",
    .open = epoll_open,
    .close = epoll_close,
    .submit = epoll_submit,
    .cancel = epoll_cancel,
    .attempt = epoll_attempt,
    .send = epoll_send,
    .unready = epoll_unready,
    .wait = epoll_wait_,
    .now = coil__drive_now,
    .forget = epoll_forget,
    .keep = epoll_keep,
    .world = &coil__world_real,
};
