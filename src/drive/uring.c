/* The driver by io_uring: one ring, one system call per wait. */
#include "drive/uring.h"

#include <errno.h>
#include <poll.h>

#include "base/alloc.h"
#include "base/check.h"
#include "drive/call.h"
#include "drive/futex_wait.h"
#include "drive/uring_accept.h"
#include "drive/uring_ask.h"
#include "drive/uring_send.h"
#include "drive/uring_setup.h"
#include "drive/uring_slots.h"
#include "drive/uring_take.h"

static struct uring_driver *uring_of(struct driver *driver)
{
    return container_of(driver, struct uring_driver, driver);
}

static void init(struct uring_driver *self, int wake_fd)
{
    coil__drive_init(&self->driver, &coil__driver_uring);
    list_init(&self->dirty);
    list_init(&self->acceptors);
    list_init(&self->idle);
    coil__uring_slot_init(&self->nowhere, -1);
    self->wake_fd = wake_fd;
    self->turn = 1;
}

static int uring_open(const struct driver_options *options, struct driver **out)
{
    struct uring_driver *self = mem_zalloc(sizeof(*self));
    int err = -ENOMEM;

    if (self == NULL)
        return -ENOMEM;
    init(self, options->wake_fd);
    self->calls = coil__calls_open(options->wake_fd);
    if (self->calls != NULL)
        err = coil__uring_setup(self);
    if (err) {
        coil__calls_close(self->calls);
        mem_free(self);
        return err;
    }
    coil__calls_on_back(self->calls, coil__uring_take_back);
    *out = &self->driver;
    return 0;
}

static void uring_submit(struct driver *driver, struct op *op)
{
    struct uring_driver *self = uring_of(driver);
    struct slot *slot;
    int64_t result = -EAGAIN;

    if (op->kind == OP_CALL) {
        coil__calls_submit(self->calls, driver, op);
        return;
    }
    if (op->kind == OP_FUTEX && !knows(self, URING_OP_FUTEX_WAIT)) {
        coil__futex_submit(self->calls, driver, op);
        return;
    }
    op->result = 0;
    op->mine[0] = op->mine[1] = 0;
    if (op->kind == OP_CLOSE && coil__uring_slot_close(self, op))
        return;
    slot = uring_slot_on(self, op);
    if (slot == NULL) {
        coil__drive_finish(driver, op, op->fd < 0 ? -EBADF : -ENOMEM);
        return;
    }
    if (op->kind == OP_ACCEPT && list_empty(&slot->reads))
        result = coil__acceptor_take(slot, op);
    if (result >= 0)
        coil__drive_finish(driver, op, result);
    else
        coil__uring_slot_add(self, slot, op);
}

static void uring_cancel(struct driver *driver, struct op *op)
{
    struct uring_driver *self = uring_of(driver);
    struct slot *slot;
    bool lent;

    if (op->kind == OP_CALL) {
        coil__calls_cancel(self->calls, driver, op);
        return;
    }
    if (op->kind == OP_CLOSE)
        return;
    lent = stage_of(op) == STAGE_WORKING;
    if (op->kind == OP_FUTEX && lent) {
        coil__futex_cancel(op);
        return;
    }
    slot = uring_slot_on(self, op);
    if (stage_of(op) == STAGE_ASKED) {
        coil__uring_slot_leave(self, slot, op);
    } else if (!lent || coil__calls_withdraw(op)) {
        coil__uring_slot_remove(self, slot, op);
        coil__drive_finish(driver, op, -ECANCELED);
        coil__acceptor_check(self, slot);
        if (lent)
            coil__uring_slot_back(self, op);
    }
}

/* What is there at once. On a socket that was seen to be empty or full in this turn, nothing is. */
static int64_t uring_attempt(struct driver *driver, struct op *op)
{
    struct uring_driver *self = uring_of(driver);
    struct slot *slot = op->kind == OP_POLL ? NULL : uring_slot_on(self, op);
    struct coil_link *lane = slot ? lane_of(slot, op) : NULL;
    int64_t result = -ENOENT;

    if (slot == NULL)
        return coil__op_now(op);
    if (lane == NULL)
        return coil__op_now_on(op, &slot->nature);
    if (!list_empty(lane))
        return -EAGAIN;
    if (op->kind == OP_ACCEPT)
        result = coil__acceptor_take(slot, op);
    else if ((lane == &slot->reads ? slot->dry : slot->full) == self->turn)
        return -EAGAIN;
    if (result != -ENOENT)
        return result;
    result = coil__op_now_on(op, &slot->nature);
    coil__uring_learn(self, slot, op, result);
    if (op->kind == OP_ACCEPT && result >= 0)
        coil__uring_slot_born(self, slot, (int)result);
    return result;
}

static void request_wake(struct uring_driver *self, struct uring_sqe *request)
{
    request->opcode = URING_OP_POLL_ADD;
    request->fd = self->wake_fd;
    request->op_flags = POLLIN;
    request->length = URING_POLL_ADD_MULTI;
    request->user_data = USER_WAKE;
    self->wake_asked = true;
}

/* The kernel knows this op, and shall give it back. */
static bool tell_removal(struct uring_driver *self, struct op *op)
{
    struct uring_sqe *request = coil__ring_request(&self->ring);

    if (request == NULL)
        return false;
    request->opcode = URING_OP_ASYNC_CANCEL;
    request->fd = -1;
    request->address = (uintptr_t)op;
    request->user_data = USER_REMOVAL;
    set_note(op, NOTE_TOLD);
    return true;
}

static int request_op(struct uring_driver *self, struct slot *slot, struct op *op, enum way way)
{
    struct uring_sqe *request = coil__ring_request(&self->ring);
    int err = 0;

    if (request == NULL)
        return -EAGAIN;
    if (way == WAY_RING)
        err = coil__uring_ask(self, slot, op, request);
    else
        coil__uring_ask_poll(slot, op, request);
    if (err) {
        request->opcode = URING_OP_NOP; /* it is made already */
        request->user_data = USER_REMOVAL;
        return err;
    }
    if (way == WAY_POLL)
        set_note(op, NOTE_POLL);
    set_stage(op, STAGE_ASKED);
    return 0;
}

/* A new op. False: there is no room for the request. */
static bool tell_new(struct uring_driver *self, struct slot *slot, struct op *op)
{
    enum way way = coil__uring_way(self, slot, op);
    int err = 0;

    /* Poll knows nothing of errors: what is no socket, or not open for writing, the call tells. */
    if (way == WAY_POLL && !has_note(op, NOTE_POLL) && !coil__uring_was_dry(self, slot, op) &&
        coil__uring_do_now(self, slot, op))
        return true;
    if (way == WAY_WORKER)
        coil__uring_slot_lend(self, slot, op);
    else if (way == WAY_ACCEPT)
        err = coil__acceptor_ask(self, slot);
    else
        err = request_op(self, slot, op, way);
    if (err == 0 || err == -EAGAIN)
        return err == 0;
    coil__uring_slot_remove(self, slot, op);
    coil__drive_finish(&self->driver, op, err);
    return true;
}

static bool tell(struct uring_driver *self, struct slot *slot, struct op *op)
{
    if (stage_of(op) == STAGE_NEW)
        return tell_new(self, slot, op);
    if (stage_of(op) == STAGE_ASKED && has_note(op, NOTE_LEAVING) && !has_note(op, NOTE_TOLD))
        return tell_removal(self, op);
    return true;
}

/* Whoever is done at once makes the next one first. */
static bool tell_first(struct uring_driver *self, struct slot *slot, struct coil_link *lane)
{
    while (!list_empty(lane)) {
        struct op *op = op_of(lane->next);

        if (!tell(self, slot, op))
            return false;
        if (lane->next == &op->link)
            break;
    }
    return true;
}

static bool tell_others(struct uring_driver *self, struct slot *slot)
{
    while (!list_empty(&slot->fresh)) {
        struct op *op = op_of(slot->fresh.next);

        if (!tell(self, slot, op))
            return false;
        if (slot->fresh.next == &op->link) {
            list_remove(&op->link);
            list_append(&slot->asked, &op->link);
        }
    }
    return true;
}

/*
 * Makes requests of as much as there is room for; true if that was all. The order of requests is
 * kept to the end, so the removal of an op can never hit the same memory's next op.
 */
static bool make_requests(struct uring_driver *self, bool to_wait)
{
    struct uring_sqe *request;

    if (!self->wake_asked && (request = coil__ring_request(&self->ring)) != NULL)
        request_wake(self, request);
    if (!coil__acceptors_withdraw(self, to_wait))
        return false;
    while (!list_empty(&self->dirty)) {
        struct slot *slot = container_of(self->dirty.next, struct slot, dirty);

        if (!tell_first(self, slot, &slot->reads) || !tell_first(self, slot, &slot->writes) ||
            !tell_others(self, slot))
            return false;
        list_remove(&slot->dirty);
    }
    return self->wake_asked;
}

/* Tells all there is to tell. */
static int tell_all(struct uring_driver *self, bool to_wait)
{
    int err = 0;

    while (!make_requests(self, to_wait) && err == 0)
        err = coil__ring_enter(&self->ring, 0);
    return err;
}

/* One look, or one sleep. True if there is a reason to go home. */
static bool sleep_once(struct uring_driver *self, int64_t deadline_ns)
{
    struct driver *driver = &self->driver;
    int64_t timeout = 0;
    int err = tell_all(self, true);
    uint32_t results = self->file_results;
    bool woken;

    if (err == 0 && deadline_ns > 0 && list_empty(&driver->finished) && !self->woken &&
        coil__calls_may_sleep(self->calls))
        timeout = coil__drive_timeout(deadline_ns);
    if (err == 0)
        err = coil__ring_enter(&self->ring, timeout);
    REQUIRE(err != -EEXIST, "a loop is run by one thread, then by another");
    coil__uring_take_all(self);
    coil__uring_take_rest(self, self->file_results - results);
    woken = self->woken;
    self->woken = false;
    coil__calls_collect(self->calls, driver);
    return err || woken || timeout == 0 || !list_empty(&driver->finished);
}

static int uring_wait(struct driver *driver, int64_t deadline_ns, bool alone)
{
    struct uring_driver *self = uring_of(driver);

    (void)alone;
    self->turn += self->turn == UINT32_MAX ? 2 : 1; /* 0 is "never" */
    while (!sleep_once(self, deadline_ns))
        ;
    coil__drive_deliver(driver);
    return 0;
}

/* Tells, and takes what is there; true if there may be more. */
static bool look_again(struct uring_driver *self, int64_t timeout_ns)
{
    int err = tell_all(self, false);

    if (err == 0)
        err = coil__ring_enter(&self->ring, timeout_ns);
    coil__uring_take_all(self);
    return err == 0;
}

/*
 * The kernel's requests hold on to the file: a closed connection would not end, nor a closed
 * listener's address be free, before the next wait. So they are withdrawn here and now. What cannot
 * be (a read the disk is busy with) ends by itself.
 */
static void uring_forget(struct driver *driver, int fd)
{
    struct uring_driver *self = uring_of(driver);
    struct slot *slot = uring_slot_find(self, fd);
    unsigned before = self->orphans;
    bool accepting = slot != NULL && slot->acceptor != NULL;

    if (slot == NULL)
        return;
    coil__uring_slot_reset(self, slot);
    if (self->orphans == before && !accepting)
        return;
    while (look_again(self, 0) && coil__ring_has_more(&self->ring))
        if (self->orphans <= before && !accepting)
            break;
}

static int uring_keep(struct driver *driver, int fd)
{
    struct slot *slot = uring_slot_find(uring_of(driver), fd);

    if (slot == NULL || slot->workers == 0)
        return 0;
    if (slot->closing != NULL || slot->doomed)
        return -EBADF;
    slot->doomed = true;
    return 1;
}

/* Lasting requests are the driver's own, so they may be there when no op is out. A connection that
 * they have made and nobody has fetched would stay open for ever. */
static void end_acceptors(struct uring_driver *self)
{
    coil__acceptors_end(self);
    for (int i = 0; i < 100 && coil__acceptors_asked(self); i++)
        if (!look_again(self, COIL_MS(1)))
            break;
    coil__acceptors_free(self);
}

static void uring_close(struct driver *driver)
{
    struct uring_driver *self = uring_of(driver);

    coil__drive_fini(driver);
    end_acceptors(self);
    coil__uring_slots_free(self);
    coil__ring_close(&self->ring);
    coil__calls_close(self->calls);
    mem_free(self);
}

const struct driver_ops coil__driver_uring = {
    .name = "uring",
    .open = uring_open,
    .close = uring_close,
    .submit = uring_submit,
    .cancel = uring_cancel,
    .attempt = uring_attempt,
    .send = coil__uring_send,
    .wait = uring_wait,
    .now = coil__drive_now,
    .forget = uring_forget,
    .keep = uring_keep,
    .world = &coil__world_real,
};
