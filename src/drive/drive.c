/* Doors 9 and 2, and the choice of a driver. */
#include "drive/drive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "drive/call.h"
#include "drive/serve.h"
#include "mach/clock.h"

void coil__drive_submit(struct driver *driver, struct op *op)
{
    REQUIRE(op->state == OP_IDLE, "an operation is submitted that is out already");
    op->state = OP_LENT;
    op->stage = STAGE_NEW;
    op->asked = driver->tick;
    if (op->kind == OP_CALL)
        coil__call_begin(op);
    COUNTER_ADD(driver->out, 1);
    COUNTER_ADD(driver->submitted, 1);
    driver->ops->submit(driver, op);
}

void coil__drive_cancel(struct driver *driver, struct op *op)
{
    REQUIRE(op->state != OP_IDLE, "an operation is canceled that is not out");
    if (op->state == OP_CANCELING)
        return;
    op->state = OP_CANCELING;
    COUNTER_ADD(driver->canceled, 1);
    if (op->stage != STAGE_FINISHED)
        driver->ops->cancel(driver, op);
}

void coil__drive_send_alone(struct driver *driver, struct drive_send *send)
{
    struct op op = {.kind = OP_SEND, .fd = send->fd};

    op.rw.data = (void *)(uintptr_t)send->data;
    op.rw.size = send->size;
    op.rw.flags = 0;
    send->result = driver->ops->attempt(driver, &op);
}

void coil__drive_send_singly(struct driver *driver, struct drive_send *sends, size_t count)
{
    for (size_t i = 0; i < count; i++)
        coil__drive_send_alone(driver, &sends[i]);
}

/* Who connects has not been asked anything. */
static bool is_answer(const struct driver *driver, const struct op *op)
{
    return (uint8_t)(driver->tick - op->asked) <= ANSWER_TICKS && op->kind != OP_ACCEPT;
}

void coil__drive_done(struct driver *driver, struct op *op, int64_t result)
{
    struct op_call *block = op->kind == OP_CALL ? op->call.block : NULL;

    INVARIANT(op->state != OP_IDLE && driver->out > 0);
    COUNTER_SET(driver->out, driver->out - 1);
    driver->came |= is_answer(driver, op) ? CAME_ANSWER : CAME_OTHER;
    op->state = OP_IDLE;
    op->result = result;
    op->done(op); /* and the op may be gone */
    if (block != NULL)
        coil__call_unref(block);
}

void coil__drive_init(struct driver *driver, const struct driver_ops *ops)
{
    driver->ops = ops;
    list_init(&driver->finished);
}

void coil__drive_fini(struct driver *driver)
{
    REQUIRE(driver->out == 0, "a driver is closed with %u operations out", driver->out);
}

void coil__drive_finish(struct driver *driver, struct op *op, int64_t result)
{
    op->stage = STAGE_FINISHED;
    op->result = result;
    list_append(&driver->finished, &op->link);
}

void coil__drive_deliver(struct driver *driver)
{
    struct coil_link now;
    struct coil_link *link;

    list_init(&now);
    list_splice(&now, &driver->finished);
    while ((link = list_pop(&now)) != NULL) {
        struct op *op = op_of(link);

        coil__drive_done(driver, op, op->result);
    }
}

int64_t coil__drive_now(struct driver *driver)
{
    (void)driver;
    return mach_now();
}

int64_t coil__drive_timeout(int64_t deadline_ns)
{
    int64_t left;

    if (deadline_ns <= 0 || deadline_ns == COIL_FOREVER)
        return deadline_ns <= 0 ? 0 : COIL_FOREVER;
    left = deadline_ns - mach_now();
    return left > 0 ? left : 0;
}

/*
 * In the order in which they are tried. Woken by another thread, epoll and io_uring are at par;
 * epoll is there on every Linux, refuses what it cannot poll, and lets go of a file that is closed.
 * The simulator is only for who asks for it.
 */
static const struct driver_ops *const drivers[] = {
    &coil__driver_epoll,
    &coil__driver_uring,
    &coil__driver_sim,
};

static int open_named(const char *name, const struct driver_options *options, struct driver **out)
{
    for (size_t i = 0; i < sizeof(drivers) / sizeof(*drivers); i++)
        if (strcmp(name, drivers[i]->name) == 0)
            return drivers[i]->open(options, out);
    return -ENOSYS;
}

/* What a machine cannot do at all is no reason to give up; what it has run out of is. */
static bool unsupported(int err)
{
    return err == -ENOSYS || err == -EPERM || err == -EACCES;
}

int coil__driver_open(const char *name, const struct driver_options *options, struct driver **out)
{
    int err = -ENOSYS;

    if (name == NULL)
        name = getenv("COIL_DRIVER");
    if (name != NULL && *name != '\0')
        return open_named(name, options, out);
    for (size_t i = 0; drivers[i] != &coil__driver_sim; i++) {
        err = drivers[i]->open(options, out);
        if (!unsupported(err))
            break;
    }
    return err;
}
