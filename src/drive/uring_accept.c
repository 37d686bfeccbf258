#include "drive/uring_accept.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "drive/uring_slots.h"
#include "mach/sys_io.h"

struct acceptor {
    struct coil_link link; /* in driver->acceptors */
    struct coil_link idle; /* in driver->idle, when perhaps nobody waits any more */
    struct slot *slot;     /* NULL: the socket is closed */
    bool asked;            /* the kernel has the request */
    bool leaving;          /* and is, or will be, told to withdraw it */
    int *fds;              /* connections nobody has taken, oldest first */
    size_t first;
    size_t end;
    size_t capacity;
};

static struct op *waiting_op(struct slot *slot)
{
    struct op *op = list_empty(&slot->reads) ? NULL : op_of(slot->reads.next);

    if (op == NULL || op->kind != OP_ACCEPT || op->accept.only || has_note(op, NOTE_POLL))
        return NULL;
    return op;
}

static struct acceptor *acceptor_new(struct uring_driver *self, struct slot *slot)
{
    struct acceptor *acceptor = mem_zalloc(sizeof(*acceptor));

    if (acceptor == NULL)
        return NULL;
    acceptor->slot = slot;
    slot->acceptor = acceptor;
    list_append(&self->acceptors, &acceptor->link);
    return acceptor;
}

static void acceptor_free(struct acceptor *acceptor)
{
    for (size_t i = acceptor->first; i < acceptor->end; i++)
        coil__sys_close(acceptor->fds[i]);
    list_leave(&acceptor->idle);
    list_remove(&acceptor->link);
    mem_free(acceptor->fds);
    mem_free(acceptor);
}

static int reserve(struct acceptor *acceptor)
{
    size_t capacity = acceptor->capacity ? acceptor->capacity * 2 : 16;
    int *fds;

    if (acceptor->end < acceptor->capacity)
        return 0;
    fds = mem_realloc(acceptor->fds, capacity * sizeof(*fds));
    if (fds == NULL)
        return -ENOMEM;
    acceptor->fds = fds;
    acceptor->capacity = capacity;
    return 0;
}

/* A connection that finds neither an op nor memory is closed: its peer sees it go. */
static void keep(struct acceptor *acceptor, int fd)
{
    if (reserve(acceptor) == 0)
        acceptor->fds[acceptor->end++] = fd;
    else
        coil__sys_close(fd);
}

/* What the op asked for besides the descriptor. A peer that is gone already has no name. */
static void tell_peer(struct op *op, int fd)
{
    if (op->accept.address != NULL &&
        coil__sys_name(fd, true, op->accept.address, op->accept.length) != 0)
        *op->accept.length = 0;
}

int64_t coil__acceptor_take(struct slot *slot, struct op *op)
{
    struct acceptor *acceptor = slot->acceptor;
    int fd;

    if (acceptor == NULL)
        return -ENOENT;
    if (acceptor->first == acceptor->end)
        return acceptor->asked && !acceptor->leaving ? -EAGAIN : -ENOENT;
    fd = acceptor->fds[acceptor->first++];
    if (acceptor->first == acceptor->end)
        acceptor->first = acceptor->end = 0;
    tell_peer(op, fd);
    return fd;
}

int coil__acceptor_ask(struct uring_driver *self, struct slot *slot)
{
    struct acceptor *acceptor = slot->acceptor ? slot->acceptor : acceptor_new(self, slot);
    struct uring_sqe *request;

    if (acceptor == NULL)
        return -ENOMEM;
    if (acceptor->asked) /* if it is leaving, its end asks again */
        return 0;
    request = coil__ring_request(&self->ring);
    if (request == NULL)
        return -EAGAIN;
    request->opcode = URING_OP_ACCEPT;
    request->priority = URING_ACCEPT_MULTISHOT;
    request->fd = slot->fd;
    request->op_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    request->user_data = (uintptr_t)acceptor | USER_ACCEPTOR;
    acceptor->asked = true;
    return 0;
}

void coil__acceptor_check(struct uring_driver *self, struct slot *slot)
{
    struct acceptor *acceptor = slot->acceptor;

    if (acceptor != NULL && acceptor->asked && !link_in_list(&acceptor->idle))
        list_append(&self->idle, &acceptor->idle);
}

static bool withdraw(struct uring_driver *self, struct acceptor *acceptor)
{
    struct uring_sqe *request = coil__ring_request(&self->ring);

    if (request == NULL)
        return false;
    request->opcode = URING_OP_ASYNC_CANCEL;
    request->fd = -1;
    request->address = (uintptr_t)acceptor | USER_ACCEPTOR;
    request->user_data = USER_REMOVAL;
    acceptor->leaving = true;
    return true;
}

bool coil__acceptors_withdraw(struct uring_driver *self, bool to_wait)
{
    struct coil_link *at = self->idle.next;

    while (at != &self->idle) {
        struct acceptor *acceptor = container_of(at, struct acceptor, idle);
        bool wanted = acceptor->slot != NULL && (!to_wait || waiting_op(acceptor->slot) != NULL);

        at = at->next;
        if (wanted && !to_wait)
            continue;
        if (acceptor->asked && !acceptor->leaving && !wanted && !withdraw(self, acceptor))
            return false;
        list_remove(&acceptor->idle);
    }
    return true;
}

static void take_connection(struct uring_driver *self, struct acceptor *acceptor, int fd)
{
    struct slot *slot = acceptor->slot;
    struct op *op = slot ? waiting_op(slot) : NULL;

    if (slot == NULL) {
        coil__sys_close(fd);
        return;
    }
    coil__uring_slot_born(self, slot, fd);
    if (op == NULL) {
        keep(acceptor, fd);
    } else {
        coil__uring_slot_remove(self, slot, op);
        tell_peer(op, fd);
        coil__drive_finish(&self->driver, op, fd);
    }
    coil__acceptor_check(self, slot);
}

/* How the lasting request ended. That it was withdrawn, or that a connection broke before it was
 * accepted, is no op's business. */
static void take_error(struct uring_driver *self, struct acceptor *acceptor, int error)
{
    struct op *op = acceptor->slot ? waiting_op(acceptor->slot) : NULL;

    if (op == NULL || error == -ECANCELED || error == -EINTR || coil__accept_broke(error))
        return;
    if (error == -EAGAIN) {
        set_note(op, NOTE_POLL);
        return;
    }
    coil__uring_slot_remove(self, acceptor->slot, op);
    coil__drive_finish(&self->driver, op, error);
}

void coil__acceptor_take_completion(struct uring_driver *self, struct acceptor *acceptor,
                                    const struct uring_cqe *completion)
{
    if (completion->result >= 0)
        take_connection(self, acceptor, completion->result);
    else
        take_error(self, acceptor, completion->result);
    if (completion->flags & URING_CQE_MORE)
        return;
    acceptor->asked = false;
    acceptor->leaving = false;
    if (acceptor->slot == NULL)
        acceptor_free(acceptor);
    else if (!list_empty(&acceptor->slot->reads))
        mark_dirty(self, acceptor->slot);
}

void coil__acceptor_orphan(struct uring_driver *self, struct slot *slot)
{
    struct acceptor *acceptor = slot->acceptor;

    if (acceptor == NULL)
        return;
    coil__acceptor_check(self, slot);
    slot->acceptor = NULL;
    acceptor->slot = NULL;
    while (acceptor->first < acceptor->end)
        coil__sys_close(acceptor->fds[acceptor->first++]);
    if (!acceptor->asked)
        acceptor_free(acceptor);
}

void coil__acceptors_end(struct uring_driver *self)
{
    struct coil_link *at;

    list_each (at, &self->acceptors) {
        struct acceptor *acceptor = container_of(at, struct acceptor, link);

        acceptor->slot = NULL;
        if (!link_in_list(&acceptor->idle))
            list_append(&self->idle, &acceptor->idle);
    }
}

bool coil__acceptors_asked(const struct uring_driver *self)
{
    struct coil_link *at;

    list_each (at, &self->acceptors)
        if (container_of(at, struct acceptor, link)->asked)
            return true;
    return false;
}

void coil__acceptors_free(struct uring_driver *self)
{
    while (!list_empty(&self->acceptors))
        acceptor_free(container_of(self->acceptors.next, struct acceptor, link));
}
