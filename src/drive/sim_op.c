/* One op on a simulated world, at once: what it wants is told to the thing it wants it of. */
#include <errno.h>
#include <poll.h>

#include "drive/sim.h"
#include "drive/sim_files.h"
#include "drive/sim_net.h"
#include "mach/sys.h"
#include "mach/sys_io.h"

#define SENDFILE_AT_ONCE 16384

/* --- transfers --- */

static void want(struct sim_transfer *what, const struct iovec *parts, size_t count)
{
    what->parts = parts;
    what->count = count;
    what->size = 0;
    for (size_t i = 0; i < count; i++)
        what->size += parts[i].iov_len;
}

static void want_one(struct sim_transfer *what, void *data, size_t size)
{
    what->one = (struct iovec){data, size};
    want(what, &what->one, 1);
}

/* A short transfer moves something at least. */
static void limit(struct sim_driver *self, struct sim_transfer *what)
{
    what->limit = what->size;
    if (what->size > 1 && coil__sim_heads(self))
        what->limit = 1 + coil__sim_draw(self) % what->size;
}

static bool of_sockets_only(const struct op *op)
{
    return op->kind == OP_RECV || op->kind == OP_SEND || op->kind == OP_RECVMSG ||
           op->kind == OP_SENDMSG;
}

static void describe(struct sim_transfer *what, struct op *op)
{
    *what = (struct sim_transfer){.offset = OP_STREAM};
    switch (op->kind) {
    case OP_READ:
    case OP_WRITE:
        want_one(what, op->rw.data, op->rw.size);
        what->offset = op->rw.offset;
        break;
    case OP_RECV:
    case OP_SEND:
        want_one(what, op->rw.data, op->rw.size);
        what->flags = op->rw.flags;
        break;
    case OP_READV:
    case OP_WRITEV:
        want(what, op->vector.parts, op->vector.count);
        what->offset = op->vector.offset;
        break;
    default:
        want(what, op->message.header->msg_iov, op->message.header->msg_iovlen);
        what->flags = op->message.flags;
        what->header = op->message.header;
        break;
    }
}

static bool takes(const struct op *op)
{
    return op->kind == OP_READ || op->kind == OP_READV || op->kind == OP_RECV ||
           op->kind == OP_RECVMSG;
}

static int64_t transfer(struct sim_driver *self, struct sim_thing *thing, struct op *op)
{
    const struct sim_kind *kind = thing->kind;
    struct sim_transfer what;

    if (of_sockets_only(op) && !kind->socket)
        return -ENOTSOCK;
    describe(&what, op);
    if (what.offset >= 0 && !kind->seekable)
        return -ESPIPE;
    limit(self, &what);
    return takes(op) ? kind->take(self, thing, &what) : kind->give(self, thing, &what);
}

static int64_t read_source(struct sim_driver *self, const struct op *op, uint8_t *data, size_t size)
{
    struct iovec part = {data, size};
    struct sim_thing *from = coil__sim_thing(self, op->sendfile.from);
    struct sim_content *content;

    if (!sim_is_ours(op->sendfile.from))
        return coil__sys_readv(op->sendfile.from, &part, 1, op->sendfile.offset);
    if (from == NULL)
        return -EBADF;
    content = coil__sim_file_content(from);
    return content ? coil__sim_content_read(content, &part, 1, size, op->sendfile.offset) : -EINVAL;
}

/* From a file, here or real, to a thing here. */
static int64_t sendfile_now(struct sim_driver *self, struct sim_thing *to, struct op *op)
{
    uint8_t data[SENDFILE_AT_ONCE];
    size_t most = op->sendfile.size < sizeof(data) ? op->sendfile.size : sizeof(data);
    struct sim_transfer what = {.offset = OP_STREAM};
    int64_t size;

    if (to->kind->give == NULL)
        return -EINVAL;
    size = read_source(self, op, data, most);
    if (size <= 0)
        return size;
    want_one(&what, data, (size_t)size);
    limit(self, &what);
    return to->kind->give(self, to, &what);
}

/* --- other ops --- */

static int64_t poll_now(struct sim_thing *thing, const struct op *op)
{
    uint32_t hit;

    if (thing->kind->events == NULL)
        return -EPERM;
    hit = thing->kind->events(thing) & (op->poll.events | POLLERR | POLLHUP);
    return hit ? (int64_t)hit : -EAGAIN;
}

static int64_t stat_now(struct sim_thing *thing, const struct op *op)
{
    *op->stat.out = (struct stat){
        .st_ino = (ino_t)thing->fd,
        .st_nlink = 1,
        .st_blksize = SIM_BLOCK,
    };
    return thing->kind->stat(thing, op->stat.out);
}

/* What a world full of trouble says instead, or 0. */
static int64_t trouble(struct sim_driver *self, struct sim_thing *thing, const struct op *op)
{
    struct sim_socket *socket = thing->kind->socket ? sim_socket_of(thing) : NULL;

    if (op->kind == OP_ACCEPT)
        return list_empty(&socket->backlog) ? 0 : -EMFILE;
    if (op->kind == OP_CONNECT)
        return socket->state == SIM_IDLE ? -ETIMEDOUT : 0;
    if (socket != NULL && !takes(op) && coil__sim_draw(self) % 2)
        return -ENOBUFS;
    if (socket != NULL && socket->type == SOCK_STREAM && socket->state == SIM_CONNECTED &&
        !socket->reset) {
        coil__sim_stream_break(self, socket);
        socket->error = 0;
        return -ECONNRESET;
    }
    return socket == NULL && !takes(op) && thing->kind->seekable ? -ENOSPC : 0;
}

static int64_t thing_now(struct sim_driver *self, struct sim_thing *thing, struct op *op)
{
    int64_t result;

    switch (op->kind) {
    case OP_POLL: return poll_now(thing, op);
    case OP_STAT: return stat_now(thing, op);
    case OP_FSYNC: return thing->kind->seekable ? 0 : -EINVAL;
    case OP_TRUNCATE:
    case OP_CHMOD: return coil__sim_file_set(self, thing, op);
    case OP_COPY: return -ENOSYS;
    case OP_ACCEPT:
    case OP_CONNECT:
        if (!thing->kind->socket)
            return -ENOTSOCK;
        break;
    default: break;
    }
    result = coil__sim_fault(self) ? trouble(self, thing, op) : 0;
    if (result)
        return result;
    if (op->kind == OP_SENDFILE)
        return sendfile_now(self, thing, op);
    if (op->kind == OP_ACCEPT || op->kind == OP_CONNECT || op->kind == OP_WAITID)
        return thing->kind->serve ? thing->kind->serve(self, thing, op) : -EINVAL;
    return transfer(self, thing, op);
}

int64_t coil__sim_now(struct sim_driver *self, struct op *op)
{
    struct sim_thing *thing;

    self->retry_at = 0;
    if (op->kind == OP_CLOSE)
        return coil__sim_thing_close(self, op->fd);
    if (op_has_path(op))
        return coil__sim_path_now(self, op);
    if (op->kind == OP_WAITID && !sim_is_ours(op->fd))
        return coil__sim_child_now(self, op);
    thing = coil__sim_thing(self, op->fd);
    return thing ? thing_now(self, thing, op) : -EBADF;
}
