/* The driver by io_uring: one ring, one system call per wait. */
#include <errno.h>
#include <poll.h>

#include "base/alloc.h"
#include "drive/call.h"
#include "drive/ring.h"
#include "drive/serve.h"

#define REQUESTS 128     /* told at once; more go in several portions */
#define COMPLETIONS 1024 /* fetched at once; the kernel keeps what is beyond */

#define POLL_EVENTS 0x3fffu
#define UNASKED (POLLERR | POLLHUP)

/* user_data is the op, or: */
enum { USER_WAKE = 1, USER_REMOVAL = 2 };

/* op->mine */
enum { MINE_RESULT, MINE_FLAGS };
enum {
    LASTING = 1, /* asked as a multishot poll, see take_poll */
    LEAVING = 2, /* its removal is asked, or about to be */
};

struct uring_driver {
    struct driver driver;
    struct ring ring;
    struct call_port *calls;
    int wake_fd;
    bool wake_asked;
    struct coil_link fresh;   /* ops the kernel is to be told of */
    struct coil_link leaving; /* ops whose removal it is to be told */
};

static struct uring_driver *uring_of(struct driver *driver)
{
    return container_of(driver, struct uring_driver, driver);
}

static struct op *op_of(struct coil_link *link)
{
    return container_of(link, struct op, link);
}

static int uring_open(const struct driver_options *options, struct driver **out)
{
    struct uring_driver *self = mem_zalloc(sizeof(*self));
    int err = -ENOMEM;

    if (self == NULL)
        return -ENOMEM;
    coil__drive_init(&self->driver, &coil__driver_uring);
    list_init(&self->fresh);
    list_init(&self->leaving);
    self->wake_fd = options->wake_fd;
    self->calls = coil__calls_open(options->wake_fd);
    if (self->calls != NULL)
        err = coil__ring_open(&self->ring, REQUESTS, COMPLETIONS);
    if (err) {
        coil__calls_close(self->calls);
        mem_free(self);
        return err;
    }
    *out = &self->driver;
    return 0;
}

static void uring_close(struct driver *driver)
{
    struct uring_driver *self = uring_of(driver);

    coil__drive_fini(driver);
    coil__ring_close(&self->ring);
    coil__calls_close(self->calls);
    mem_free(self);
}

static void uring_submit(struct driver *driver, struct op *op)
{
    struct uring_driver *self = uring_of(driver);

    if (op->kind == OP_CALL) {
        coil__calls_submit(self->calls, driver, op);
        return;
    }
    op->mine[MINE_RESULT] = 0;
    op->mine[MINE_FLAGS] = 0;
    list_append(&self->fresh, &op->link);
}

/* The kernel has the op, and shall give it back. */
static void remove_op(struct uring_driver *self, struct op *op)
{
    if (op->mine[MINE_FLAGS] & LEAVING)
        return;
    op->mine[MINE_FLAGS] |= LEAVING;
    list_append(&self->leaving, &op->link);
}

static void uring_cancel(struct driver *driver, struct op *op)
{
    struct uring_driver *self = uring_of(driver);

    if (op->kind == OP_CALL) {
        coil__calls_cancel(self->calls, driver, op);
    } else if (op->stage == STAGE_ASKED) {
        remove_op(self, op);
    } else {
        list_remove(&op->link);
        coil__drive_finish(driver, op, -ECANCELED);
    }
}

static void request_poll(struct uring_sqe *request, int fd, uint32_t events, bool lasting,
                         uint64_t user_data)
{
    request->opcode = URING_OP_POLL_ADD;
    request->fd = fd;
    request->op_flags = events;
    request->length = lasting ? URING_POLL_ADD_MULTI : 0;
    request->user_data = user_data;
}

static void request_removal(struct uring_sqe *request, struct op *op)
{
    request->opcode = URING_OP_POLL_REMOVE;
    request->fd = -1;
    request->address = (uintptr_t)op;
    request->user_data = USER_REMOVAL;
}

/*
 * Makes requests of as much as there is room for; true if that was all. The order of requests is
 * kept to the end, so the removal of an op can never hit the same memory's next op.
 */
static bool make_requests(struct uring_driver *self)
{
    struct uring_sqe *request;

    if (!self->wake_asked && (request = coil__ring_request(&self->ring)) != NULL) {
        request_poll(request, self->wake_fd, POLLIN, true, USER_WAKE);
        self->wake_asked = true;
    }
    while (!list_empty(&self->leaving)) {
        request = coil__ring_request(&self->ring);
        if (request == NULL)
            return false;
        request_removal(request, op_of(list_pop(&self->leaving)));
    }
    while (!list_empty(&self->fresh)) {
        struct op *op;

        request = coil__ring_request(&self->ring);
        if (request == NULL)
            return false;
        op = op_of(list_pop(&self->fresh));
        op->stage = STAGE_ASKED;
        request_poll(request, op->fd, op->poll.events & POLL_EVENTS,
                     op->mine[MINE_FLAGS] & LASTING, (uintptr_t)op);
    }
    return self->wake_asked;
}

/*
 * A one-shot poll of io_uring also ends by POLLRDHUP that nobody asked for: a writer whose peer has
 * half closed would go round and round. Such an op is asked again as a multishot poll, which tells
 * changes only, and removed at its first real result. Whatever came first counts; the op is over
 * when the kernel says that there is no more.
 */
static void take_poll(struct uring_driver *self, struct op *op, const struct uring_cqe *completion)
{
    int64_t result = completion->result;

    if (result > 0)
        result &= (op->poll.events & POLL_EVENTS) | UNASKED;
    if (op->mine[MINE_RESULT] == 0)
        op->mine[MINE_RESULT] = (uint64_t)result;
    if (completion->flags & URING_CQE_MORE) {
        if (result != 0)
            remove_op(self, op);
        return;
    }
    if (link_in_list(&op->link))
        list_remove(&op->link);
    if (op->mine[MINE_RESULT] != 0) {
        coil__drive_finish(&self->driver, op, (int64_t)op->mine[MINE_RESULT]);
    } else if (op->state == OP_CANCELING) {
        coil__drive_finish(&self->driver, op, -ECANCELED);
    } else {
        op->stage = STAGE_NEW;
        op->mine[MINE_FLAGS] = LASTING;
        list_append(&self->fresh, &op->link);
    }
}

/* True if wake_fd was written. */
static bool take_completions(struct uring_driver *self)
{
    struct uring_cqe completion;
    bool woken = false;

    while (coil__ring_take(&self->ring, &completion)) {
        if (completion.user_data == USER_WAKE) {
            woken = true;
            self->wake_asked = (completion.flags & URING_CQE_MORE) != 0;
        } else if (completion.user_data != USER_REMOVAL) {
            take_poll(self, (struct op *)(uintptr_t)completion.user_data, &completion);
        }
    }
    return woken;
}

/* One look, or one sleep. True if there is a reason to go home. */
static bool sleep_once(struct uring_driver *self, int64_t deadline_ns)
{
    struct driver *driver = &self->driver;
    int64_t timeout = 0;
    int err = 0;
    bool woken;

    while (!make_requests(self) && err == 0)
        err = coil__ring_enter(&self->ring, 0);
    if (err == 0 && list_empty(&driver->finished) && coil__calls_may_sleep(self->calls))
        timeout = coil__drive_timeout(deadline_ns);
    if (err == 0)
        err = coil__ring_enter(&self->ring, timeout);
    woken = take_completions(self);
    coil__calls_collect(self->calls, driver);
    return err || woken || timeout == 0 || !list_empty(&driver->finished);
}

static int uring_wait(struct driver *driver, int64_t deadline_ns, bool alone)
{
    struct uring_driver *self = uring_of(driver);

    (void)alone;
    while (!sleep_once(self, deadline_ns))
        ;
    coil__drive_deliver(driver);
    return 0;
}

const struct driver_ops coil__driver_uring = {
    .name = "uring",
    .open = uring_open,
    .close = uring_close,
    .submit = uring_submit,
    .cancel = uring_cancel,
    .attempt = coil__drive_attempt,
    .wait = uring_wait,
    .now = coil__drive_now,
    .forget = coil__drive_forget,
    .world = &coil__world_real,
};
