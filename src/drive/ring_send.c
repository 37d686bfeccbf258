#include "drive/ring_send.h"

#include <errno.h>
#include <sys/socket.h>

#include "drive/serve.h"

#define TRIES 4 /* to tell the kernel */

static_assert(_Alignof(struct drive_send) > RING_SEND, "the address leaves the bit free");

bool coil__ring_can_send(uint64_t operations)
{
    /* The socket request came with 5.19, which knows all that is used here. */
    return (operations >> URING_OP_SEND & operations >> URING_OP_SOCKET & 1) != 0;
}

static struct drive_send *send_of(uint64_t user)
{
    return (struct drive_send *)(uintptr_t)(user & ~(uint64_t)RING_SEND);
}

struct drive_send *coil__ring_send_failed(const struct uring_cqe *completion)
{
    struct drive_send *send = send_of(completion->user_data);
    int32_t result = completion->result;

    send->result = result == -EINTR || result == -ECANCELED ? -EAGAIN : result;
    return send;
}

static void fill_in(struct uring_sqe *request, struct drive_send *send)
{
    request->opcode = URING_OP_SEND;
    request->flags = URING_SQE_CQE_SKIP_SUCCESS;
    request->fd = send->fd;
    request->address = (uintptr_t)send->data;
    request->length = send->size;
    request->op_flags = MSG_NOSIGNAL | MSG_DONTWAIT | MSG_WAITALL;
    request->user_data = (uintptr_t)send | RING_SEND;
    send->result = send->size;
}

/* Or the kernel would read the bytes later, when they are no longer there. */
static void take_back(const struct ring_sender *sender)
{
    struct uring_sqe *request;

    while ((request = coil__ring_last(sender->ring)) != NULL && (request->user_data & RING_SEND)) {
        coil__ring_take_back(sender->ring);
        coil__drive_send_alone(sender->driver, send_of(request->user_data));
    }
}

/* All that were asked for are over after this. */
static void push(const struct ring_sender *sender)
{
    for (int i = 0; i < TRIES && coil__ring_last(sender->ring) != NULL; i++) {
        coil__ring_enter(sender->ring, 0);
        sender->take(sender->driver);
    }
    take_back(sender);
    while (coil__ring_overflowed(sender->ring) && coil__ring_enter(sender->ring, 0) == 0)
        sender->take(sender->driver);
}

static struct uring_sqe *make_request(const struct ring_sender *sender)
{
    struct uring_sqe *request = coil__ring_request(sender->ring);

    if (request != NULL)
        return request;
    push(sender);
    return coil__ring_request(sender->ring);
}

void coil__ring_send(const struct ring_sender *sender, struct drive_send *sends, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct uring_sqe *request = NULL;

        if (!sender->busy(sender->driver, sends[i].fd))
            request = make_request(sender);
        if (request != NULL)
            fill_in(request, &sends[i]);
        else
            coil__drive_send_alone(sender->driver, &sends[i]);
    }
    push(sender);
}
